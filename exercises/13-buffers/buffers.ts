/** The buffers that a ring lends to the kernel, counted: so that it can be told where they have gone. */

import { BufferRing } from '../../lib/sys/registered.ts';
import type { Ring } from '../../lib/sys/ring.ts';

/** The buffers' name in requests, of which there is one group. */
export const GROUP = 0;
/** Of each, in bytes. */
export const SIZE = 2048;

export class Buffers {
  /** How many there are: 0 … count - 1. All are lent to the kernel in the beginning. */
  readonly count: number;
  readonly #ring: BufferRing;
  /** How often the kernel has used one, how often one was given back, and of how many of these the kernel was told. */
  #used = 0;
  #given = 0;
  #told = 0;

  /** @param count a power of two */
  constructor(ring: Ring, count: number) {
    this.count = count;
    this.#ring = new BufferRing(ring, GROUP, count, SIZE);
  }

  /** The memory of all of them. */
  get bytes(): Buffer {
    return this.#ring.memory.bytes;
  }

  /** Where a buffer begins in `bytes`. */
  start(id: number): number {
    return this.#ring.start(id);
  }

  /** Lends a buffer again. @throws RangeError when there is none of that number: the kernel would write anywhere */
  give(id: number): void {
    if (!(Number.isInteger(id) && id >= 0 && id < this.count)) {
      throw new RangeError(`there is no buffer ${id}; they are 0 to ${this.count - 1}`);
    }
    this.#ring.give(id);
    this.#given++;
  }

  /** Tells the kernel of those that were given. */
  given(): void {
    this.#ring.given();
    this.#told = this.#given;
  }

  /** The kernel has used one. */
  used(): void {
    this.#used++;
  }

  /** How many the kernel has, as far as it knows. */
  get free(): number {
    return this.count + this.#told - this.#used;
  }

  /** What has become of them. */
  get story(): string {
    return `${this.#used} used, ${this.#given} given back, kernel told of ${this.#told}`;
  }
}
