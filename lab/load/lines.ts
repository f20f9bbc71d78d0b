/** Lines out of pieces, as a stream brings them. */

/** Takes lines apart. The beginning of one that never ends is never given: who wrote it has ended in the middle of it. */
export class Lines {
  #begun: string[] = [];

  /** @param text what has come next @returns the lines that end in it, without their ends */
  take(text: string): string[] {
    const [first, ...others] = text.split('\n');
    this.#begun.push(first!);
    const lines: string[] = [];
    for (const next of others) {
      lines.push(this.#begun.join(''));
      this.#begun = [next];
    }
    return lines;
  }
}
