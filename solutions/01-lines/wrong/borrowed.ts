/** Keeps a view of the server's memory, and not a copy: the next read writes over it. @diagnosis borrowed */

export const MAX_LINE = 1024;
const LF = 10;
const CR = 13;

export class Lines {
  tooLong = false;
  #kept: Buffer[] = [];

  take(bytes: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, start)) {
      const line = Buffer.concat([...this.#kept, bytes.subarray(start, at)]);
      lines.push(line.at(-1) === CR ? line.subarray(0, -1) : line);
      this.#kept = [];
      start = at + 1;
    }
    if (start < bytes.length) this.#kept.push(bytes.subarray(start));
    if (Buffer.concat(this.#kept).length > MAX_LINE) this.tooLong = true;
    return lines;
  }
}
