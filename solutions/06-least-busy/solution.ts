/** Whom the next connection is handed to: of those who are free to whoever has been busy for the least time. */

export class Dealer {
  /** How many children there are. Their slots are 0 … children - 1. */
  readonly children: number;
  /** Who is free now. */
  readonly #free = new Set<number>();
  /** By slot: for how long there have been connections, those that are over, in milliseconds. */
  readonly #busy: number[];
  /** By slot: when the connection at hand was handed over. */
  readonly #since = new Map<number, number>();

  constructor(children: number) {
    this.children = children;
    this.#busy = new Array<number>(children).fill(0);
  }

  /** A child says that it is free: it has just started, or is done with its connection. */
  free(slot: number): void {
    this.#done(slot);
    this.#free.add(slot);
  }

  /** A connection is handed to a child. */
  handed(slot: number): void {
    this.#free.delete(slot); // until it says so again
    this.#since.set(slot, performance.now());
  }

  /** A child has ended. Another will start in its slot, and say when it is free. */
  ended(slot: number): void {
    this.#done(slot);
    this.#free.delete(slot);
  }

  /**
   * Asked before a connection is accepted, and again when it shall be handed over.
   *
   * @returns of the children that are free the slot of the one that has had connections for the least time so far, all of
   *   them together; undefined while nobody is free
   */
  next(): number | undefined {
    let least: number | undefined; // stays so while nobody is free: the client then waits for whoever is first
    for (const slot of this.#free) {
      if (least === undefined || this.#busy[slot]! < this.#busy[least]!) least = slot;
    }
    return least;
  }

  /** The connection that a child had, if any, is over. */
  #done(slot: number): void {
    const since = this.#since.get(slot);
    if (since !== undefined) this.#busy[slot]! += performance.now() - since;
    this.#since.delete(slot);
  }
}
