/** Looks how long a line is when its end comes. Until then it keeps whatever is sent. @diagnosis unbounded */

export const MAX_LINE = 1024;
const LF = 10;
const CR = 13;

export class Lines {
  tooLong = false;
  #kept: Buffer = Buffer.alloc(0);

  take(bytes: Buffer): Buffer[] {
    const all = Buffer.concat([this.#kept, bytes]);
    const lines: Buffer[] = [];
    let start = 0;
    for (let at = all.indexOf(LF); at >= 0; at = all.indexOf(LF, start)) {
      const line = all.subarray(start, all[at - 1] === CR ? at - 1 : at);
      if (line.length > MAX_LINE) this.tooLong = true;
      else lines.push(line);
      start = at + 1;
    }
    this.#kept = all.subarray(start);
    return lines;
  }
}
