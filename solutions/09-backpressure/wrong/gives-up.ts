/** Takes EAGAIN for an end like any other error, and is not called again. @diagnosis stalls */

import { CHUNK } from '../../../lib/service/limits.ts';
import { write } from '../../../lib/sys/io.ts';
import { Memory } from '../../../lib/sys/memory.ts';

export class Sender {
  readonly #fd: number;
  readonly #produce: (memory: Memory) => number;
  readonly #part = Memory.allocate(CHUNK);
  #start = 0;
  #end = 0;

  constructor(fd: number, produce: (memory: Memory) => number) {
    this.#fd = fd;
    this.#produce = produce;
  }

  send(): boolean {
    for (;;) {
      if (this.#start === this.#end) {
        this.#start = 0;
        this.#end = this.#produce(this.#part);
      }
      const count = write(this.#fd, this.#part, this.#start, this.#end - this.#start);
      if (count <= 0) return false;
      this.#start += count;
    }
  }
}
