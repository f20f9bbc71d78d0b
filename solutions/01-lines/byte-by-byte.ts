/** Lines out of bytes, one byte at a time into a buffer of fixed size: what is kept cannot grow. */

/** The longest line, in bytes, without its end. */
export const MAX_LINE = 1024;

const LF = 10;
const CR = 13;

export class Lines {
  /** Set to true when a line is longer than MAX_LINE: then the connection cannot go on. */
  tooLong = false;
  readonly #line = Buffer.alloc(MAX_LINE + 1); // one more, for a CR
  #length = 0;

  /**
   * Takes what one read() has returned.
   *
   * @param bytes as they came; their memory is the server's, and the next read() writes over it
   * @returns the lines that are complete now, in their order, without the LF, and without one CR before it
   */
  take(bytes: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    for (const byte of bytes) {
      if (byte === LF) {
        const end = this.#length - (this.#line[this.#length - 1] === CR ? 1 : 0);
        lines.push(Buffer.from(this.#line.subarray(0, Math.max(0, end))));
        this.#length = 0;
      } else if (this.#length < MAX_LINE || (this.#length === MAX_LINE && byte === CR)) {
        this.#line[this.#length++] = byte;
      } else {
        this.tooLong = true;
        break;
      }
    }
    return lines;
  }
}
