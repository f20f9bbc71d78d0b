/** Drops lines instead of the member when too much waits: it stays, and never learns what it has missed. @diagnosis leaves-out */

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
    if (this.#waiting.length + bytes.length > MAX_BACKLOG) return true;
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    return this.flush();
  }

  flush(): boolean {
    const count = this.#write(this.#waiting);
    if (count > 0) this.#waiting = this.#waiting.subarray(count);
    return count >= 0 || count === -EAGAIN;
  }
}
