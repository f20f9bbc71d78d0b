/** Finds every line in a read, and forgets what is left at its end. @diagnosis half-forgotten */

export const MAX_LINE = 1024;
const LF = 10;
const CR = 13;

export class Lines {
  tooLong = false;

  take(bytes: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, start)) {
      lines.push(bytes.subarray(start, bytes[at - 1] === CR ? at - 1 : at));
      start = at + 1;
    }
    if (bytes.length - start > MAX_LINE) this.tooLong = true;
    return lines;
  }
}
