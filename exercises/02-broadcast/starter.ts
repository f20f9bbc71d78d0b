/** What is to be written to one member of a chat. As it stands whoever speaks waits until it is. */

import { EAGAIN } from '../../lib/sys/errors.ts';
import { nanosleep } from '../../lib/sys/process.ts';

/** So many bytes may wait for a member here, beyond what the kernel holds for it. */
export const MAX_BACKLOG = 262_144;

export class Outbox {
  readonly #write: (bytes: Buffer) => number;

  /** @param write writes to the member's socket. @returns how many bytes it took; -EAGAIN when it takes none now */
  constructor(write: (bytes: Buffer) => number) {
    this.#write = write;
  }

  /** Whether something waits until the socket takes more: then the loop tells when it does, by flush(). */
  get waits(): boolean {
    return false;
  }

  /**
   * Takes what was said.
   *
   * @param bytes whole lines. They may be kept as they are: nothing is written into this memory later on
   * @returns false when the member is gone, or too far behind: then it is dropped
   */
  put(bytes: Buffer): boolean {
    for (let at = 0; at < bytes.length; ) {
      const count = this.#write(bytes.subarray(at));
      if (count >= 0) at += count;
      else if (count === -EAGAIN) nanosleep(50);
      else return false;
    }
    return true;
  }

  /** Called when the socket takes more. @returns as put() */
  flush(): boolean {
    return true;
  }
}
