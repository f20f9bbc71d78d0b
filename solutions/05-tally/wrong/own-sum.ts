/** Counts for itself, and stores what it has counted where all others do so too. @diagnosis overwritten */

const CONNECTIONS = 0;
const BYTES = 1;

export class Tally {
  readonly #counters: BigUint64Array;
  #connections = 0n;
  #bytes = 0n;

  constructor(counters: BigUint64Array) {
    this.#counters = counters;
  }

  connection(serve: () => number): void {
    this.#bytes += BigInt(serve());
    this.#connections++;
    Atomics.store(this.#counters, CONNECTIONS, this.#connections);
    Atomics.store(this.#counters, BYTES, this.#bytes);
  }

  totals(): { connections: bigint; bytes: bigint } {
    return { connections: this.#counters[CONNECTIONS]!, bytes: this.#counters[BYTES]! };
  }
}
