/** Counts in words of 32 bits, to be spared the n behind every number. @diagnosis too-small */

const CONNECTIONS = 0;
const BYTES = 1;

export class Tally {
  readonly #words: Uint32Array;

  constructor(counters: BigUint64Array) {
    this.#words = new Uint32Array(counters.buffer, counters.byteOffset, counters.length);
  }

  connection(serve: () => number): void {
    const bytes = serve();
    Atomics.add(this.#words, CONNECTIONS, 1);
    Atomics.add(this.#words, BYTES, bytes);
  }

  totals(): { connections: bigint; bytes: bigint } {
    return { connections: BigInt(this.#words[CONNECTIONS]!), bytes: BigInt(this.#words[BYTES]!) };
  }
}
