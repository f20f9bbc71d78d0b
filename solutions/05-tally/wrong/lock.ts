/** Has a lock around both, the counting and the serving: one client at a time, however many children. @diagnosis locked */

import { nanosleep } from '../../../lib/sys/process.ts';

const CONNECTIONS = 0;
const BYTES = 1;
const LOCK = 2;

export class Tally {
  readonly #counters: BigUint64Array;

  constructor(counters: BigUint64Array) {
    this.#counters = counters;
  }

  connection(serve: () => number): void {
    while (Atomics.compareExchange(this.#counters, LOCK, 0n, 1n) !== 0n) nanosleep(20);
    this.#counters[CONNECTIONS]! += 1n;
    this.#counters[BYTES]! += BigInt(serve());
    Atomics.store(this.#counters, LOCK, 0n);
  }

  totals(): { connections: bigint; bytes: bigint } {
    return { connections: this.#counters[CONNECTIONS]!, bytes: this.#counters[BYTES]! };
  }
}
