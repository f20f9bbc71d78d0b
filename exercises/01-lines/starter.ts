/** Lines out of bytes. As it stands, whatever one read() returns is taken for one line. */

/** The longest line, in bytes, without its end. */
export const MAX_LINE = 1024;

export class Lines {
  /** Set to true when a line is longer than MAX_LINE: then the connection cannot go on. */
  tooLong = false;

  /**
   * Takes what one read() has returned.
   *
   * @param bytes as they came; their memory is the server's, and the next read() writes over it
   * @returns the lines that are complete now, in their order, without the LF, and without one CR before it
   */
  take(bytes: Buffer): Buffer[] {
    return [bytes.subarray(0, bytes.length - 1)];
  }
}
