/** Writes what the socket takes, and forgets the rest. @diagnosis lost */

import { EAGAIN } from '../../../lib/sys/errors.ts';

export class Outbox {
  readonly #write: (bytes: Buffer) => number;

  constructor(write: (bytes: Buffer) => number) {
    this.#write = write;
  }

  get waits(): boolean {
    return false;
  }

  put(bytes: Buffer): boolean {
    const count = this.#write(bytes);
    return count >= 0 || count === -EAGAIN;
  }

  flush(): boolean {
    return true;
  }
}
