/** What is to be written to one member of a chat. What its socket does not take waits here, up to a bound. */

import { EAGAIN } from '../../lib/sys/errors.ts';

/** So many bytes may wait for a member here, beyond what the kernel holds for it. */
export const MAX_BACKLOG = 262_144;

export class Outbox {
  readonly #write: (bytes: Buffer) => number;
  /** In the order in which they came; of the first, what has not been taken. */
  readonly #waiting: Buffer[] = [];

  /** @param write writes to the member's socket. @returns how many bytes it took; -EAGAIN when it takes none now */
  constructor(write: (bytes: Buffer) => number) {
    this.#write = write;
  }

  /** Whether something waits until the socket takes more: then the loop tells when it does, by flush(). */
  get waits(): boolean {
    return this.#waiting.length > 0; // and no longer, or the loop would be told of room without end
  }

  /**
   * Takes what was said.
   *
   * @param bytes whole lines. They may be kept as they are: nothing is written into this memory later on
   * @returns false when the member is gone, or too far behind: then it is dropped
   */
  put(bytes: Buffer): boolean {
    this.#waiting.push(bytes); // behind what came before, even if there is room by now
    if (!this.flush()) return false;
    return this.#waiting.reduce((sum, { length }) => sum + length, 0) <= MAX_BACKLOG;
  }

  /** Called when the socket takes more. @returns as put() */
  flush(): boolean {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const count = this.#write(first);
      if (count === -EAGAIN) return true; // it is behind: the loop will tell
      if (count < 0) return false;
      if (count < first.length) this.#waiting[0] = first.subarray(count);
      else this.#waiting.shift();
    }
    return true;
  }
}
