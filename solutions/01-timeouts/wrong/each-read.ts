/** Gives each read the whole time again: a byte now and then is enough to stay. @diagnosis byte-by-byte */

import { read } from '../../../lib/sys/io.ts';
import type { Memory } from '../../../lib/sys/memory.ts';
import { setReceiveTimeout } from '../../../lib/sys/socket.ts';

export class Patience {
  readonly #fd: number;

  constructor(fd: number, milliseconds: number) {
    this.#fd = fd;
    setReceiveTimeout(fd, milliseconds);
  }

  begins(): void {}

  read(memory: Memory, start: number, length: number): number {
    return read(this.#fd, memory, start, length);
  }
}
