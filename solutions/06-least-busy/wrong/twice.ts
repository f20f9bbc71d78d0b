/** Has a list of who is free, in which one who has ended stays; its successor is in there twice. @diagnosis ended-is-free */

export class Dealer {
  readonly #free: number[] = [];
  readonly #busy: number[];
  readonly #since = new Map<number, number>();

  constructor(children: number) {
    this.#busy = new Array<number>(children).fill(0);
  }

  free(slot: number): void {
    this.ended(slot);
    this.#free.push(slot);
  }

  handed(slot: number): void {
    this.#free.splice(this.#free.indexOf(slot), 1);
    this.#since.set(slot, performance.now());
  }

  ended(slot: number): void {
    const since = this.#since.get(slot);
    if (since !== undefined) this.#busy[slot]! += performance.now() - since;
    this.#since.delete(slot);
  }

  next(): number | undefined {
    return [...this.#free].sort((one, other) => this.#busy[one]! - this.#busy[other]!)[0];
  }
}
