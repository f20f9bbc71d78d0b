/** Lines out of bytes. What has no end yet is kept until it has one. */

/** The longest line, in bytes, without its end. */
export const MAX_LINE = 1024;

const LF = 10;
const CR = 13;

export class Lines {
  /** Set to true when a line is longer than MAX_LINE: then the connection cannot go on. */
  tooLong = false;
  /** The beginning of a line whose end has not come: never more than MAX_LINE + 1 bytes after take(). */
  #kept: Buffer = Buffer.alloc(0);

  /**
   * Takes what one read() has returned.
   *
   * @param bytes as they came; their memory is the server's, and the next read() writes over it
   * @returns the lines that are complete now, in their order, without the LF, and without one CR before it
   */
  take(bytes: Buffer): Buffer[] {
    const all = Buffer.concat([this.#kept, bytes]); // a copy: `bytes` will be written over
    const lines: Buffer[] = [];
    let start = 0;
    for (let at = all.indexOf(LF); at >= 0 && !this.tooLong; at = all.indexOf(LF, start)) {
      const end = at > start && all[at - 1] === CR ? at - 1 : at;
      if (end - start > MAX_LINE) this.tooLong = true;
      else lines.push(all.subarray(start, end));
      start = at + 1;
    }
    this.#kept = all.subarray(start);
    // A CR may be the first half of the end.
    if (this.#kept.length > MAX_LINE + (this.#kept[MAX_LINE] === CR ? 1 : 0)) this.tooLong = true;
    return lines;
  }
}
