/** Counting in memory that several processes share: nobody gets between the reading and the writing of a counter. */

/** What the counters count, by their places. There are two for each child, all zero at first. */
export const CONNECTIONS = 0;
export const BYTES = 1;

export class Tally {
  /** The same memory in every process: BigInts, to which nothing but BigInts can be added, such as `1n`. */
  readonly counters: BigUint64Array;
  /** Which child this is: 0, 1, and so on; -1 in their parent, which counts nothing. */
  readonly slot: number;

  constructor(counters: BigUint64Array, slot: number) {
    this.counters = counters;
    this.slot = slot;
  }

  /**
   * Has a connection served, and counts it.
   *
   * @param serve returns when the client is gone: how many bytes it had sent
   */
  connection(serve: () => number): void {
    const bytes = BigInt(serve()); // nothing is read before: others count meanwhile
    // One operation of the processor each, in which it reads, adds and writes.
    Atomics.add(this.counters, CONNECTIONS, 1n);
    Atomics.add(this.counters, BYTES, bytes);
  }

  /** @returns how many connections all children together have served, and how many bytes came */
  totals(): { connections: bigint; bytes: bigint } {
    return { connections: Atomics.load(this.counters, CONNECTIONS), bytes: Atomics.load(this.counters, BYTES) };
  }
}
