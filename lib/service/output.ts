/** Answers on their way out: a buffer of fixed size that a session fills and a carrier writes to the socket. */

/** So few bytes are copied faster one by one than by a call out of compiled code. */
const SHORT = 16;

/** Bytes `start` … `end` of the buffer wait to be written. */
export class Output {
  readonly bytes: Buffer;
  start = 0;
  end = 0;

  /** @param bytes the memory to use, all of it */
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** How many bytes wait to be written. */
  get length(): number {
    return this.end - this.start;
  }

  /** How many bytes more it can take. */
  get room(): number {
    return this.bytes.length - this.end;
  }

  /** Appends bytes; the caller has looked at `room`. */
  put(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length > SHORT) this.bytes.set(bytes, this.end);
    else for (let i = 0; i < length; i++) this.bytes[this.end + i] = bytes[i]!;
    this.end += length;
  }

  /** Appends bytes `start` … `end` of a buffer. */
  putRange(bytes: Buffer, start: number, end: number): void {
    this.end += bytes.copy(this.bytes, this.end, start, end);
  }

  /** Appends text of one byte a character. */
  putText(text: string): void {
    this.end += this.bytes.write(text, this.end, 'latin1');
  }

  /** Appends `byte` up to `count` times, as room allows. @returns how many times */
  fill(byte: number, count: number): number {
    const filled = Math.min(count, this.room);
    this.bytes.fill(byte, this.end, this.end + filled);
    this.end += filled;
    return filled;
  }

  /** Says that `count` bytes have been written. */
  wrote(count: number): void {
    this.start += count;
    if (this.start === this.end) this.clear();
  }

  clear(): void {
    this.start = 0;
    this.end = 0;
  }
}
