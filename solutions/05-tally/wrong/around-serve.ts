/** Reads the counter, has the client served, and writes: what others counted meanwhile is lost. @diagnosis read-before */

const CONNECTIONS = 0;
const BYTES = 1;

export class Tally {
  readonly #counters: BigUint64Array;

  constructor(counters: BigUint64Array) {
    this.#counters = counters;
  }

  connection(serve: () => number): void {
    Atomics.add(this.#counters, CONNECTIONS, 1n);
    this.#counters[BYTES]! += BigInt(serve());
  }

  totals(): { connections: bigint; bytes: bigint } {
    return { connections: this.#counters[CONNECTIONS]!, bytes: this.#counters[BYTES]! };
  }
}
