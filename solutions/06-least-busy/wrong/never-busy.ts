/** Notes who is free, and forgets to note that somebody no longer is. @diagnosis busy-chosen */

export class Dealer {
  readonly #free = new Set<number>();
  readonly #busy: number[];
  readonly #since = new Map<number, number>();

  constructor(children: number) {
    this.#busy = new Array<number>(children).fill(0);
  }

  free(slot: number): void {
    const since = this.#since.get(slot);
    if (since !== undefined) this.#busy[slot]! += performance.now() - since;
    this.#since.delete(slot);
    this.#free.add(slot);
  }

  handed(slot: number): void {
    this.#since.set(slot, performance.now());
  }

  ended(slot: number): void {
    this.#free.delete(slot);
  }

  next(): number | undefined {
    return [...this.#free].sort((one, other) => this.#busy[one]! - this.#busy[other]!)[0];
  }
}
