/** Leaves it to setTimeout(), whose turn never comes: this thread is asleep in read. @diagnosis waits-for-ever */

import { read } from '../../../lib/sys/io.ts';
import type { Memory } from '../../../lib/sys/memory.ts';
import { SHUT_RD, shutdown } from '../../../lib/sys/socket.ts';

export class Patience {
  readonly #fd: number;
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(fd: number, milliseconds: number) {
    this.#fd = fd;
    this.#milliseconds = milliseconds;
  }

  begins(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => shutdown(this.#fd, SHUT_RD), this.#milliseconds);
  }

  read(memory: Memory, start: number, length: number): number {
    return read(this.#fd, memory, start, length);
  }
}
