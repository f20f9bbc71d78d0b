/** Takes the first that is free: the first child has all the work, and the last has none. @diagnosis always-the-same */

export class Dealer {
  readonly #free: boolean[];

  constructor(children: number) {
    this.#free = new Array<boolean>(children).fill(false);
  }

  free(slot: number): void {
    this.#free[slot] = true;
  }

  handed(slot: number): void {
    this.#free[slot] = false;
  }

  ended(slot: number): void {
    this.#free[slot] = false;
  }

  next(): number | undefined {
    const slot = this.#free.indexOf(true);
    return slot < 0 ? undefined : slot;
  }
}
