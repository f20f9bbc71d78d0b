/** Reads atomically, writes atomically, and lets others count in between. @diagnosis two-steps */

const CONNECTIONS = 0;
const BYTES = 1;

export class Tally {
  readonly #counters: BigUint64Array;

  constructor(counters: BigUint64Array) {
    this.#counters = counters;
  }

  connection(serve: () => number): void {
    const bytes = BigInt(serve());
    Atomics.store(this.#counters, CONNECTIONS, Atomics.load(this.#counters, CONNECTIONS) + 1n);
    Atomics.store(this.#counters, BYTES, Atomics.load(this.#counters, BYTES) + bytes);
  }

  totals(): { connections: bigint; bytes: bigint } {
    return { connections: this.#counters[CONNECTIONS]!, bytes: this.#counters[BYTES]! };
  }
}
