/** Waits for a read that is empty, and so for ever: no line comes out. @diagnosis no-line */

export const MAX_LINE = 1024;
const CR = 13;

export class Lines {
  tooLong = false;
  #kept: Buffer = Buffer.alloc(0);

  take(bytes: Buffer): Buffer[] {
    this.#kept = Buffer.concat([this.#kept, bytes]);
    if (this.#kept.length > MAX_LINE) this.tooLong = true;
    const end = this.#kept.lastIndexOf(CR);
    return bytes.length === 0 ? [this.#kept.subarray(0, end)] : [];
  }
}
