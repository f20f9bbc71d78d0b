/** The same with one memory for all: a connection has some of its own only while its socket does not take everything. */

import { CHUNK } from '../../lib/service/limits.ts';
import { EAGAIN } from '../../lib/sys/errors.ts';
import { write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';

const shared = Memory.allocate(CHUNK);

export class Sender {
  readonly #fd: number;
  readonly #produce: (memory: Memory) => number;
  /** What the socket has not taken of the last part, and how much of that it has taken since. */
  #rest: Memory | undefined;
  #taken = 0;

  /**
   * @param fd a connected socket, non-blocking
   * @param produce puts the next part of the answers into a memory of CHUNK bytes, from its beginning; returns how many bytes
   *   that are, and 0 when there is nothing to say for now
   */
  constructor(fd: number, produce: (memory: Memory) => number) {
    this.#fd = fd;
    this.#produce = produce;
  }

  /**
   * Sends what the socket takes. Called when there is something to say, and when there is room again.
   *
   * @returns whether to call it when there is room again: true after EAGAIN
   */
  send(): boolean {
    for (;;) {
      const rest = this.#rest;
      const length = rest?.length ?? this.#produce(shared);
      if (length === 0) return false;
      const count = write(this.#fd, rest ?? shared, this.#taken, length - this.#taken);
      if (count < 0 && count !== -EAGAIN) return false;
      this.#taken += Math.max(0, count);
      if (this.#taken === length) {
        this.#rest = undefined;
        this.#taken = 0;
      } else {
        if (rest === undefined) this.#keep(length);
        return true;
      }
    }
  }

  #keep(length: number): void {
    this.#rest = Memory.allocate(length - this.#taken);
    shared.bytes.copy(this.#rest.bytes, 0, this.#taken, length);
    this.#taken = 0;
  }
}
