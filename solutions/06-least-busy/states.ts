/** The same with a state for each child, and a sum from which a time is taken when it begins, and to which it is added when it ends. */

type State = 'away' | 'free' | 'busy';

export class Dealer {
  /** How many children there are. Their slots are 0 … children - 1. */
  readonly children: number;
  readonly #states: State[];
  readonly #busy: number[];

  constructor(children: number) {
    this.children = children;
    this.#states = new Array<State>(children).fill('away');
    this.#busy = new Array<number>(children).fill(0);
  }

  /** A child says that it is free: it has just started, or is done with its connection. */
  free(slot: number): void {
    this.#becomes(slot, 'free');
  }

  /** A connection is handed to a child. */
  handed(slot: number): void {
    this.#becomes(slot, 'busy');
  }

  /** A child has ended. Another will start in its slot, and say when it is free. */
  ended(slot: number): void {
    this.#becomes(slot, 'away');
  }

  /**
   * Asked before a connection is accepted, and again when it shall be handed over.
   *
   * @returns of the children that are free the slot of the one that has had connections for the least time so far, all of
   *   them together; undefined while nobody is free
   */
  next(): number | undefined {
    const free = [...this.#states.keys()].filter((slot) => this.#states[slot] === 'free');
    return free.sort((one, other) => this.#busy[one]! - this.#busy[other]!)[0];
  }

  #becomes(slot: number, state: State): void {
    const now = performance.now();
    if (this.#states[slot] === 'busy') this.#busy[slot]! += now;
    if (state === 'busy') this.#busy[slot]! -= now;
    this.#states[slot] = state;
  }
}
