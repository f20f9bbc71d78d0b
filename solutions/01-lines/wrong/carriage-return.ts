/** Looks for the CR in the read, and not in the line: it misses one that came a read earlier. @diagnosis carriage-return */

export const MAX_LINE = 1024;
const LF = 10;
const CR = 13;

export class Lines {
  tooLong = false;
  #kept: Buffer = Buffer.alloc(0);

  take(bytes: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, start)) {
      const end = bytes[at - 1] === CR ? at - 1 : at;
      lines.push(Buffer.concat([this.#kept, bytes.subarray(start, end)]));
      this.#kept = Buffer.alloc(0);
      start = at + 1;
    }
    this.#kept = Buffer.concat([this.#kept, bytes.subarray(start)]);
    if (this.#kept.length > MAX_LINE + 1) this.tooLong = true;
    return lines;
  }
}
