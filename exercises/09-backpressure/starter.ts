/** A connection's way out. As it stands, whatever the socket does not take is kept, however much that becomes. */

import { CHUNK } from '../../lib/service/limits.ts';
import { EAGAIN } from '../../lib/sys/errors.ts';
import { write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';

export class Sender {
  readonly #fd: number;
  readonly #produce: (memory: Memory) => number;
  /** Bytes `start` … `end` of each are still to be sent. */
  readonly #parts: { readonly memory: Memory; start: number; readonly end: number }[] = [];

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
      const memory = Memory.allocate(CHUNK);
      const end = this.#produce(memory);
      if (end === 0) break;
      this.#parts.push({ memory, start: 0, end });
    }
    for (let part = this.#parts[0]; part !== undefined; part = this.#parts[0]) {
      const count = write(this.#fd, part.memory, part.start, part.end - part.start);
      if (count < 0) return count === -EAGAIN; // of anything else epoll tells, too
      part.start += count;
      if (part.start === part.end) this.#parts.shift();
    }
    return false;
  }
}
