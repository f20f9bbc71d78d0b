/** Whom the next connection is handed to. As it stands, to everybody in turn, be they free or not. */

export class Dealer {
  /** How many children there are. Their slots are 0 … children - 1. */
  readonly children: number;
  /** Whom the last connection was handed to. */
  #last = -1;

  constructor(children: number) {
    this.children = children;
  }

  /** A child says that it is free: it has just started, or is done with its connection. */
  free(_slot: number): void {}

  /** A connection is handed to a child. */
  handed(slot: number): void {
    this.#last = slot;
  }

  /** A child has ended. Another will start in its slot, and say when it is free. */
  ended(_slot: number): void {}

  /**
   * Asked before a connection is accepted, and again when it shall be handed over.
   *
   * @returns of the children that are free the slot of the one that has had connections for the least time so far, all of
   *   them together; undefined while nobody is free
   */
  next(): number | undefined {
    return (this.#last + 1) % this.children;
  }
}
