/** What was seen in the last quarter of an hour, as JSON, so that a page that is opened late costs no more than a copy. */

/** So many of the last entries. */
export class History {
  readonly #most: number;
  /** In a circle: the oldest is at #oldest, once it is full. */
  readonly #entries: string[] = [];
  #oldest = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @param entry as JSON */
  add(entry: string): void {
    if (this.#entries.length < this.#most) {
      this.#entries.push(entry);
      return;
    }
    this.#entries[this.#oldest] = entry;
    this.#oldest = (this.#oldest + 1) % this.#most;
  }

  /** All entries, the oldest first, as a JSON array. */
  json(): string {
    return `[${[...this.#entries.slice(this.#oldest), ...this.#entries.slice(0, this.#oldest)].join(',')}]`;
  }
}
