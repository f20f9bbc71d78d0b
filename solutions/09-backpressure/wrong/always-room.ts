/** Wants to be told of room always, also when there is nothing to send: there nearly always is some. @diagnosis busy */

import { CHUNK } from '../../../lib/service/limits.ts';
import { EAGAIN } from '../../../lib/sys/errors.ts';
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
        if (this.#end === 0) return true;
      }
      const count = write(this.#fd, this.#part, this.#start, this.#end - this.#start);
      if (count < 0) return count === -EAGAIN;
      this.#start += count;
    }
  }
}
