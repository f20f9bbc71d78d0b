/** Bounds what has come, and not the line: many short lines at once are too long for it. @diagnosis wrong-bound */

export const MAX_LINE = 1024;
const LF = 10;
const CR = 13;

export class Lines {
  tooLong = false;
  #kept: Buffer = Buffer.alloc(0);

  take(bytes: Buffer): Buffer[] {
    const all = Buffer.concat([this.#kept, bytes]);
    if (all.length > MAX_LINE + 2) this.tooLong = true;
    const lines: Buffer[] = [];
    let start = 0;
    for (let at = all.indexOf(LF); at >= 0; at = all.indexOf(LF, start)) {
      lines.push(all.subarray(start, all[at - 1] === CR ? at - 1 : at));
      start = at + 1;
    }
    this.#kept = all.subarray(start);
    return lines;
  }
}
