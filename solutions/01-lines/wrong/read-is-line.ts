/** Finds several lines in a read, but takes what is left at its end for a line too. @diagnosis read-is-line */

export const MAX_LINE = 1024;
const LF = 10;
const CR = 13;

export class Lines {
  tooLong = false;

  take(bytes: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    for (let start = 0; start < bytes.length; ) {
      const at = bytes.indexOf(LF, start);
      const end = at < 0 ? bytes.length : at;
      if (end - start > MAX_LINE) this.tooLong = true;
      lines.push(bytes.subarray(start, bytes[end - 1] === CR ? end - 1 : end));
      start = end + 1;
    }
    return lines;
  }
}
