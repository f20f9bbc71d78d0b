/** Gives the whole connection the time that a request may take. @diagnosis whole-connection */

import { EAGAIN } from '../../../lib/sys/errors.ts';
import { read } from '../../../lib/sys/io.ts';
import type { Memory } from '../../../lib/sys/memory.ts';
import { setReceiveTimeout } from '../../../lib/sys/socket.ts';

export class Patience {
  readonly #fd: number;
  readonly #end: number;

  constructor(fd: number, milliseconds: number) {
    this.#fd = fd;
    this.#end = performance.now() + milliseconds;
  }

  begins(): void {}

  read(memory: Memory, start: number, length: number): number {
    const left = this.#end - performance.now();
    if (left <= 0) return -EAGAIN;
    setReceiveTimeout(this.#fd, left);
    return read(this.#fd, memory, start, length);
  }
}
