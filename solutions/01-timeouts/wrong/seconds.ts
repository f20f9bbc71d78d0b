/** Gives the time in seconds to a function that takes milliseconds. @diagnosis too-early */

import { EAGAIN } from '../../../lib/sys/errors.ts';
import { read } from '../../../lib/sys/io.ts';
import type { Memory } from '../../../lib/sys/memory.ts';
import { setReceiveTimeout } from '../../../lib/sys/socket.ts';

export class Patience {
  readonly #fd: number;
  readonly #milliseconds: number;
  #end = 0;

  constructor(fd: number, milliseconds: number) {
    this.#fd = fd;
    this.#milliseconds = milliseconds;
  }

  begins(): void {
    this.#end = performance.now() + this.#milliseconds;
  }

  read(memory: Memory, start: number, length: number): number {
    const left = this.#end - performance.now();
    if (left <= 0) return -EAGAIN;
    setReceiveTimeout(this.#fd, left / 1000);
    return read(this.#fd, memory, start, length);
  }
}
