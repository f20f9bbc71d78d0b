/** Takes for granted that write takes all that it is given. @diagnosis short-write */

import { CHUNK } from '../../../lib/service/limits.ts';
import { EAGAIN } from '../../../lib/sys/errors.ts';
import { write } from '../../../lib/sys/io.ts';
import { Memory } from '../../../lib/sys/memory.ts';

export class Sender {
  readonly #fd: number;
  readonly #produce: (memory: Memory) => number;
  readonly #part = Memory.allocate(CHUNK);

  constructor(fd: number, produce: (memory: Memory) => number) {
    this.#fd = fd;
    this.#produce = produce;
  }

  send(): boolean {
    for (;;) {
      const length = this.#produce(this.#part);
      if (length === 0) return false;
      const count = write(this.#fd, this.#part, 0, length);
      if (count < 0) return count === -EAGAIN;
    }
  }
}
