/** Has one memory that grows until everything fits into it. @diagnosis unbounded */

import { CHUNK } from '../../../lib/service/limits.ts';
import { EAGAIN } from '../../../lib/sys/errors.ts';
import { write } from '../../../lib/sys/io.ts';
import { Memory } from '../../../lib/sys/memory.ts';

export class Sender {
  readonly #fd: number;
  readonly #produce: (memory: Memory) => number;
  readonly #part = Memory.allocate(CHUNK);
  #all = Memory.allocate(CHUNK);
  #start = 0;
  #end = 0;

  constructor(fd: number, produce: (memory: Memory) => number) {
    this.#fd = fd;
    this.#produce = produce;
  }

  send(): boolean {
    for (let length = this.#produce(this.#part); length > 0; length = this.#produce(this.#part)) {
      while (this.#end + length > this.#all.length) this.#grow();
      this.#part.bytes.copy(this.#all.bytes, this.#end, 0, length);
      this.#end += length;
    }
    while (this.#start < this.#end) {
      const count = write(this.#fd, this.#all, this.#start, this.#end - this.#start);
      if (count < 0) return count === -EAGAIN;
      this.#start += count;
    }
    this.#start = 0;
    this.#end = 0;
    return false;
  }

  #grow(): void {
    const { bytes } = this.#all;
    this.#all = Memory.allocate(2 * bytes.length);
    bytes.copy(this.#all.bytes, 0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }
}
