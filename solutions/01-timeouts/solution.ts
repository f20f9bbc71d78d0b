/** How long a client may take to say something. And no longer, however it spends it. */

import { EAGAIN } from '../../lib/sys/errors.ts';
import { read } from '../../lib/sys/io.ts';
import type { Memory } from '../../lib/sys/memory.ts';
import { setReceiveTimeout } from '../../lib/sys/socket.ts';

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
    // What is left, and not the whole again: or a byte now and then would renew it for ever.
    const left = this.#end - performance.now();
    if (left <= 0) return -EAGAIN; // 0 would be no bound at all
    setReceiveTimeout(this.#fd, left);
    return read(this.#fd, memory, start, length);
  }
}
