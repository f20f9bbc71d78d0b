/** Writes what was just said if there is room, although older bytes wait for it. @diagnosis overtakes */

import { EAGAIN } from '../../../lib/sys/errors.ts';

const MAX_BACKLOG = 262_144;

export class Outbox {
  readonly #write: (bytes: Buffer) => number;
  #waiting: Buffer = Buffer.alloc(0);

  constructor(write: (bytes: Buffer) => number) {
    this.#write = write;
  }

  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  put(bytes: Buffer): boolean {
    const count = this.#write(bytes);
    if (count < 0 && count !== -EAGAIN) return false;
    this.#waiting = Buffer.concat([this.#waiting, bytes.subarray(Math.max(0, count))]);
    return this.#waiting.length <= MAX_BACKLOG;
  }

  flush(): boolean {
    const count = this.#write(this.#waiting);
    if (count > 0) this.#waiting = this.#waiting.subarray(count);
    return count >= 0 || count === -EAGAIN;
  }
}
