/** How often a thing is looked at, when looking costs: the dashboard must not be the load that it shows. */

/** What the first look is taken to cost at most, in milliseconds: it is slow, before V8 has compiled what it does. */
const FIRST = 0.5;

/** Measures what looking costs, and has it wait until that is a small share of the time. */
export class Budget {
  readonly #share: number;
  readonly #now: () => number;
  readonly #spent: () => number;
  #due = Number.NEGATIVE_INFINITY;
  #cost = FIRST;

  /**
   * @param share of one core, 0 … 1
   * @param now the time, in milliseconds
   * @param spent processor time that this process has used, in milliseconds
   */
  constructor(share: number, now = (): number => performance.now(), spent = processorTime) {
    this.#share = share;
    this.#now = now;
    this.#spent = spent;
  }

  // #region look
  /** Looks, when it is time to. @returns what was seen, or undefined where it is not yet time */
  look<T>(look: () => T): T | undefined {
    const now = this.#now();
    if (now < this.#due) return undefined;
    const before = this.#spent();
    const seen = look();
    // One that was interrupted, or had garbage to collect, says little about the next: the cost at most doubles.
    this.#cost = Math.min(this.#spent() - before, 2 * Math.max(this.#cost, FIRST));
    this.#due = now + this.#cost / this.#share;
    return seen;
  }
  // #endregion look
}

/** What this process has used, in milliseconds. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
