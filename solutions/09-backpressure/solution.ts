/** A connection's way out: more is produced only when the socket has taken what there was. */

import { CHUNK } from '../../lib/service/limits.ts';
import { EAGAIN } from '../../lib/sys/errors.ts';
import { write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';

export class Sender {
  readonly #fd: number;
  readonly #produce: (memory: Memory) => number;
  /** The only part that there is, of which bytes #start … #end are still to be sent. */
  readonly #part = Memory.allocate(CHUNK);
  #start = 0;
  #end = 0;

  /**
   * @param fd a connected socket, non-blocking
   * @param produce puts the next part of the answers into a memory of CHUNK bytes, from its beginning; returns how many bytes
   *   that are, and 0 when there is nothing to say for now
   */
  constructor(fd: number, produce: (memory: Memory) => number) {
    this.#fd = fd;
    this.#produce = produce;
  }

  /**
   * Sends what the socket takes. Called when there is something to say, and when there is room again.
   *
   * @returns whether to call it when there is room again: true after EAGAIN
   */
  send(): boolean {
    for (;;) {
      if (this.#start === this.#end) {
        this.#start = 0;
        this.#end = this.#produce(this.#part); // not before: so the reader's pace is the producer's
        if (this.#end === 0) return false;
      }
      const count = write(this.#fd, this.#part, this.#start, this.#end - this.#start);
      if (count < 0) return count === -EAGAIN; // of anything else epoll tells, too
      this.#start += count;
    }
  }
}
