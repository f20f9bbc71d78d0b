/** Asks again and again until there is room: the whole loop waits for one who does not read. @diagnosis spins */

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
    for (let length = this.#produce(this.#part); length > 0; length = this.#produce(this.#part)) {
      for (let start = 0; start < length; ) {
        const count = write(this.#fd, this.#part, start, length - start);
        if (count < 0 && count !== -EAGAIN) return false;
        if (count > 0) start += count;
      }
    }
    return false;
  }
}
