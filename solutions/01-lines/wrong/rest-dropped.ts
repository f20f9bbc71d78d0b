/** Looks for one line in each read, and forgets what came behind it. @diagnosis rest-dropped */

export const MAX_LINE = 1024;
const LF = 10;
const CR = 13;

export class Lines {
  tooLong = false;
  #kept: Buffer = Buffer.alloc(0);

  take(bytes: Buffer): Buffer[] {
    const all = Buffer.concat([this.#kept, bytes]);
    const at = all.indexOf(LF);
    if (at < 0) {
      this.#kept = all;
      this.tooLong = all.length > MAX_LINE;
      return [];
    }
    this.#kept = Buffer.alloc(0);
    return [all.subarray(0, all[at - 1] === CR ? at - 1 : at)];
  }
}
