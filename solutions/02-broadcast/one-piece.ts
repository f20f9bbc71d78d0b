/** The same with all that waits in one piece: more is copied, and one write brings more. */

import { EAGAIN } from '../../lib/sys/errors.ts';

/** So many bytes may wait for a member here, beyond what the kernel holds for it. */
export const MAX_BACKLOG = 262_144;

export class Outbox {
  readonly #write: (bytes: Buffer) => number;
  #waiting: Buffer = Buffer.alloc(0);

  /** @param write writes to the member's socket. @returns how many bytes it took; -EAGAIN when it takes none now */
  constructor(write: (bytes: Buffer) => number) {
    this.#write = write;
  }

  /** Whether something waits until the socket takes more: then the loop tells when it does, by flush(). */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Takes what was said.
   *
   * @param bytes whole lines. They may be kept as they are: nothing is written into this memory later on
   * @returns false when the member is gone, or too far behind: then it is dropped
   */
  put(bytes: Buffer): boolean {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    return this.flush() && this.#waiting.length <= MAX_BACKLOG;
  }

  /** Called when the socket takes more. @returns as put() */
  flush(): boolean {
    const count = this.#write(this.#waiting);
    if (count > 0) this.#waiting = this.#waiting.subarray(count);
    return count >= 0 || count === -EAGAIN;
  }
}
