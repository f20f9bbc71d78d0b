/** The same without atomic operations: each child has counters to which nobody else writes, and who asks adds them up. */

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
    const bytes = BigInt(serve());
    this.counters[2 * this.slot + CONNECTIONS]! += 1n;
    this.counters[2 * this.slot + BYTES]! += bytes;
  }

  /** @returns how many connections all children together have served, and how many bytes came */
  totals(): { connections: bigint; bytes: bigint } {
    let [connections, bytes] = [0n, 0n];
    for (let at = 0; at < this.counters.length; at += 2) {
      connections += this.counters[at + CONNECTIONS]!;
      bytes += this.counters[at + BYTES]!;
    }
    return { connections, bytes };
  }
}
