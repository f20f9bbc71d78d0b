/** The same by select, which is asked first whether read would sleep: for calls that know no timeout of their own. */

import { EAGAIN } from '../../lib/sys/errors.ts';
import { read } from '../../lib/sys/io.ts';
import type { Memory } from '../../lib/sys/memory.ts';
import { FdSet, select } from '../../lib/sys/select.ts';

export class Patience {
  readonly #fd: number;
  readonly milliseconds: number;
  /** When the time is over, as performance.now() tells it. */
  #end = 0;

  /**
   * @param fd a connected socket, blocking
   * @param milliseconds a request must be complete so long after it could begin
   */
  constructor(fd: number, milliseconds: number) {
    this.#fd = fd;
    this.milliseconds = milliseconds;
  }

  /** Called whenever the server has answered all that has come: from now on the next request may take its time. */
  begins(): void {
    this.#end = performance.now() + this.milliseconds;
  }

  /** Reads as read(2) does, which sleeps until something comes. @returns as there; -EAGAIN when the time is over */
  read(memory: Memory, start: number, length: number): number {
    const readable = new FdSet();
    readable.set(this.#fd);
    const left = Math.max(0, this.#end - performance.now()); // 0 only looks here
    if (select(this.#fd + 1, readable, null, left) === 0) return -EAGAIN;
    return read(this.#fd, memory, start, length);
  }
}
