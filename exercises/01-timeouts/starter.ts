/** How long a client may take to say something. As it stands, for as long as it likes. */

import { read } from '../../lib/sys/io.ts';
import type { Memory } from '../../lib/sys/memory.ts';

export class Patience {
  readonly #fd: number;
  readonly milliseconds: number;

  /**
   * @param fd a connected socket, blocking
   * @param milliseconds a request must be complete so long after it could begin
   */
  constructor(fd: number, milliseconds: number) {
    this.#fd = fd;
    this.milliseconds = milliseconds;
  }

  /** Called whenever the server has answered all that has come: from now on the next request may take its time. */
  begins(): void {}

  /** Reads as read(2) does, which sleeps until something comes. @returns as there; -EAGAIN when the time is over */
  read(memory: Memory, start: number, length: number): number {
    return read(this.#fd, memory, start, length);
  }
}
