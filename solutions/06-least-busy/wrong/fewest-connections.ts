/** Counts connections, as if each took as long as every other. @diagnosis not-by-time */

export class Dealer {
  readonly #free = new Set<number>();
  readonly #connections: number[];

  constructor(children: number) {
    this.#connections = new Array<number>(children).fill(0);
  }

  free(slot: number): void {
    this.#free.add(slot);
  }

  handed(slot: number): void {
    this.#free.delete(slot);
    this.#connections[slot]!++;
  }

  ended(slot: number): void {
    this.#free.delete(slot);
  }

  next(): number | undefined {
    return [...this.#free].sort((one, other) => this.#connections[one]! - this.#connections[other]!)[0];
  }
}
