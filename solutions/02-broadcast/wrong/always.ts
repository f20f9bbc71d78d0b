/** Always asks to be told when there is room, and so is told in every turn of the loop. @diagnosis busy */

import { EAGAIN } from '../../../lib/sys/errors.ts';

const MAX_BACKLOG = 262_144;

export class Outbox {
  readonly #write: (bytes: Buffer) => number;
  #waiting: Buffer = Buffer.alloc(0);

  constructor(write: (bytes: Buffer) => number) {
    this.#write = write;
  }

  get waits(): boolean {
    return true;
  }

  put(bytes: Buffer): boolean {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    return this.flush() && this.#waiting.length <= MAX_BACKLOG;
  }

  flush(): boolean {
    if (this.#waiting.length === 0) return true;
    const count = this.#write(this.#waiting);
    if (count > 0) this.#waiting = this.#waiting.subarray(count);
    return count >= 0 || count === -EAGAIN;
  }
}
