/** Makes text of each read: a character in two pieces becomes two of another kind. @diagnosis not-bytes */

export const MAX_LINE = 1024;

export class Lines {
  tooLong = false;
  #kept = '';

  take(bytes: Buffer): Buffer[] {
    const lines = (this.#kept + bytes.toString()).split('\n');
    this.#kept = lines.pop() ?? '';
    if (this.#kept.length > MAX_LINE + 1) this.tooLong = true;
    return lines.map((line) => Buffer.from(line.replace(/\r$/, '')));
  }
}
