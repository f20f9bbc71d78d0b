/** A counter's growth per second. */

/** Made of a counter's values, at whatever times it is looked at. */
export class Rate {
  /** Per second, between the last two looks; 0 before there were two. */
  value = 0;
  #count: number | undefined;
  #at: number;

  /** @param count what it had at first, where that is known @param at when that was, in milliseconds */
  constructor(count?: number, at = 0) {
    this.#count = count;
    this.#at = at;
  }

  /** @param count never less than before @param at in milliseconds, later than before */
  look(count: number, at: number): void {
    if (this.#count !== undefined && at > this.#at) this.value = (1000 * (count - this.#count)) / (at - this.#at);
    this.#count = count;
    this.#at = at;
  }
}
