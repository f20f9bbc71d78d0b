/** Tries again until all is written: the speaker waits for the slowest reader, and everybody with it. @diagnosis stops-all */

import { EAGAIN } from '../../../lib/sys/errors.ts';
import { nanosleep } from '../../../lib/sys/process.ts';

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
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    for (let tries = 1; this.waits; tries++) {
      if (!this.flush()) return false;
      if (this.waits) nanosleep(Math.min(10 * tries, 100));
    }
    return true;
  }

  flush(): boolean {
    const count = this.#write(this.#waiting);
    if (count > 0) this.#waiting = this.#waiting.subarray(count);
    return count >= 0 || count === -EAGAIN;
  }
}
