/** When nobody is free it chooses as well, the least busy of all: that one will surely be the first. @diagnosis hands-anyway */

export class Dealer {
  readonly #free: boolean[];
  readonly #busy: number[];
  readonly #since = new Map<number, number>();

  constructor(children: number) {
    this.#free = new Array<boolean>(children).fill(false);
    this.#busy = new Array<number>(children).fill(0);
  }

  free(slot: number): void {
    this.ended(slot);
    this.#free[slot] = true;
  }

  handed(slot: number): void {
    this.#free[slot] = false;
    this.#since.set(slot, performance.now());
  }

  ended(slot: number): void {
    const since = this.#since.get(slot);
    if (since !== undefined) this.#busy[slot]! += performance.now() - since;
    this.#since.delete(slot);
    this.#free[slot] = false;
  }

  next(): number {
    const all = [...this.#busy.keys()].sort((one, other) => this.#busy[one]! - this.#busy[other]!);
    return all.find((slot) => this.#free[slot]) ?? all[0]!;
  }
}
