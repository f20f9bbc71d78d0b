/** select(2) and the bit sets that it takes. */

import { layout } from './layout.ts';
import { libc, result } from './libc.ts';
import { Memory } from './memory.ts';
import { writeTimeval } from './time.ts';
import { traced } from './trace.ts';

/** How many descriptors the C library's fd_set has bits for. */
export const FD_SETSIZE = 1024;

/**
 * A set of descriptors, one bit each, as the kernel reads and overwrites it; FD_SET(3).
 * The C library fixes it at 1,024 bits. The kernel does not: it reads as many bits as select's first argument says.
 */
export class FdSet {
  /** How many descriptors it can hold: 0 … capacity − 1. */
  readonly capacity: number;
  readonly memory: Memory;
  readonly #words: Uint32Array;

  /**
   * @param capacity in descriptors, a multiple of 64
   * @throws RangeError otherwise: the kernel reads and writes whole words of 64 bits, so past the end of such a set
   */
  constructor(capacity: number = FD_SETSIZE) {
    if (capacity % 64 !== 0) throw new RangeError(`a set has a multiple of 64 bits, not ${capacity}`);
    this.capacity = capacity;
    this.memory = Memory.allocate(capacity / 8);
    this.#words = new Uint32Array(this.memory.bytes.buffer);
  }

  /** FD_SET. @throws RangeError for a descriptor without a bit, where C would write past the end of the set */
  set(fd: number): void {
    if (fd < 0 || fd >= this.capacity) {
      throw new RangeError(`descriptor ${fd} does not fit a set of ${this.capacity}`);
    }
    this.#words[fd >> 5]! |= 1 << (fd & 31);
  }

  /** FD_CLR. */
  clear(fd: number): void {
    this.#words[fd >> 5]! &= ~(1 << (fd & 31));
  }

  /** FD_ISSET. */
  has(fd: number): boolean {
    return (this.#words[fd >> 5]! & (1 << (fd & 31))) !== 0;
  }

  /** Takes over another set of the same capacity, up to descriptor `last`. */
  copy(other: FdSet, last: number): void {
    const words = (last >> 5) + 1;
    for (let i = 0; i < words; i++) this.#words[i] = other.#words[i]!;
  }

  /** The lowest descriptor in the set from `from` to `last`, or -1. Empty words of 32 are passed over at once. */
  next(from: number, last: number): number {
    const end = Math.min(last, this.capacity - 1);
    if (from > end) return -1;
    const words = this.#words;
    let at = from >> 5;
    let word = words[at]! & (-1 << (from & 31));
    while (word === 0) {
      if (++at > end >> 5) return -1;
      word = words[at]!;
    }
    const fd = (at << 5) + 31 - Math.clz32(word & -word); // the lowest bit that is set
    return fd > end ? -1 : fd;
  }
}

const libcSelect = libc('select', 'int', ['int', 'pointer', 'pointer', 'pointer', 'pointer']);
const timeval = Memory.allocate(layout.timeval.size);

/**
 * select(2): waits until a descriptor of the sets is ready, and leaves in the sets only those that are.
 *
 * @param nfds one more than the highest descriptor in any set: how many bits the kernel looks at
 * @param readable descriptors to read from, or null
 * @param writable descriptors to write to, or null
 * @param milliseconds how long to wait at most, fractions allowed; -1 for as long as it takes
 * @returns how many bits are set in the sets; 0 when the time is over; -EINTR after a signal
 */
export const select = traced(
  'select',
  (nfds: number, readable: FdSet | null, writable: FdSet | null, milliseconds: number): number => {
    if (milliseconds >= 0) writeTimeval(timeval, milliseconds);
    const bytes = (nfds + 7) >> 3;
    return result(
      libcSelect(
        nfds,
        readable === null ? 0 : readable.memory.at(0, bytes),
        writable === null ? 0 : writable.memory.at(0, bytes),
        0,
        milliseconds < 0 ? 0 : timeval.address,
      ),
    );
  },
  'nothing',
);
