/** Checks answers byte for byte, in whatever pieces they come, and says what is wrong with one. */

import type { Flight } from './flight.ts';
import { learnHead } from './head.ts';
import { type Request, STAMP_DIGITS } from './requests.ts';
import { show } from './show.ts';

const A = 65;
/** The fill is compared in pieces of this many bytes. */
const ALL_A = Buffer.alloc(65_536, A);

/** An answer, as it is compared. */
interface Expected {
  readonly request: Request;
  /** Of HTTP: the head that the last answer of this kind had. The line face has none. */
  head: Buffer;
  readonly fill: number;
  readonly tail: Buffer;
  /** For each byte of the tail: which digit of a timestamp it is, or -1; undefined where there is none. */
  readonly digits: Int8Array | undefined;
}

/** The answers of all connections of a process. */
export class Answers {
  /** Whether the last take() came to the end of an answer. */
  complete = false;
  /** What was wrong, after take() has returned -1. */
  difference = '';
  readonly #expected: readonly Expected[];
  readonly #flight: Flight;
  /** Where an answer begins: with the head, in HTTP. */
  readonly #beginning: -1 | 0;
  /** By connection: how many bytes of the fill have come, … */
  readonly #filled: Float64Array;
  /** … and how many of the tail; -1 where the head is not complete. */
  readonly #places: Int32Array;
  /** By connection: the beginning of a head that comes in pieces. */
  readonly #heads = new Map<number, Buffer>();

  constructor(requests: readonly Request[], connections: number, flight: Flight, http: boolean) {
    this.#expected = requests.map((request) => ({
      request,
      head: Buffer.alloc(0),
      fill: request.fill,
      tail: Buffer.from(request.tail, 'latin1'),
      digits: digitsOf(request),
    }));
    this.#flight = flight;
    this.#beginning = http ? -1 : 0;
    this.#filled = new Float64Array(connections);
    this.#places = new Int32Array(connections).fill(this.#beginning);
  }

  /**
   * Compares what has come with the answer to a connection's oldest request.
   *
   * @param from where in `bytes` it goes on
   * @param to where what has come ends
   * @returns where the rest begins: at the end of the answer, when it is `complete`, else at `to`; -1 when a byte is
   *   wrong, and `difference` says which
   */
  take(connection: number, bytes: Buffer, from: number, to: number): number {
    const request = this.#flight.first(connection);
    const expected = this.#expected[this.#flight.kind(request)]!;
    let at = from;
    this.complete = false;
    if (this.#places[connection]! < 0) {
      at = this.#takeHead(connection, expected, bytes, from, to);
      if (this.#places[connection]! < 0) return at;
    }
    if (this.#filled[connection]! < expected.fill) {
      at = this.#takeFill(connection, expected, bytes, at, to);
      if (at < 0) return -1;
    }
    const { tail, digits } = expected;
    let place = this.#places[connection]!;
    for (; at < to && place < tail.length; at++, place++) {
      let byte = tail[place]!;
      if (digits !== undefined && digits[place]! >= 0) byte = this.#flight.digit(request, digits[place]!);
      if (bytes[at] !== byte) return this.#differ(expected, expected.fill + place, bytes, at, to, byte);
    }
    this.complete = place === tail.length;
    if (this.complete) this.#begin(connection);
    else this.#places[connection] = place;
    return at;
  }

  #begin(connection: number): void {
    this.#places[connection] = this.#beginning;
    this.#filled[connection] = 0;
  }

  #takeFill(connection: number, expected: Expected, bytes: Buffer, at: number, to: number): number {
    const filled = this.#filled[connection]!;
    const length = Math.min(expected.fill - filled, to - at);
    const wrong = firstOther(bytes, at, length);
    if (wrong >= 0) return this.#differ(expected, filled + wrong, bytes, at + wrong, to, A);
    this.#filled[connection] = filled + length;
    return at + length;
  }

  /** A connection is gone, or new. */
  forget(connection: number): void {
    this.#begin(connection);
    this.#heads.delete(connection);
  }

  /** The head of an HTTP answer: nearly always the bytes of the one before; otherwise it is parsed. */
  #takeHead(connection: number, expected: Expected, bytes: Buffer, from: number, to: number): number {
    const begun = this.#heads.get(connection);
    const { head } = expected;
    if (begun === undefined && head.length > 0 && to - from >= head.length && startsWith(bytes, from, head)) {
      this.#places[connection] = 0;
      return from + head.length;
    }
    const all = Buffer.concat([begun ?? Buffer.alloc(0), bytes.subarray(from, to)]);
    const learned = learnHead(all, expected.fill + expected.tail.length);
    if (learned === undefined) {
      this.#heads.set(connection, all);
      return to;
    }
    if (typeof learned === 'string') {
      this.difference = `to ${show(expected.request.bytes)} came ${learned}`;
      return -1;
    }
    this.#heads.delete(connection);
    expected.head = learned;
    this.#places[connection] = 0;
    return from + learned.length - (begun?.length ?? 0);
  }

  /** Says which byte is wrong, with what stands around it. */
  #differ({ request, tail, fill }: Expected, place: number, bytes: Buffer, at: number, to: number, byte: number): -1 {
    const got = bytes.toString('latin1', Math.max(0, at - Math.min(place, 16)), Math.min(to, at + 24));
    const start = Math.max(0, place - 16);
    const wanted = `${'A'.repeat(Math.max(0, Math.min(fill, place + 24) - start))}${tail.toString('latin1', Math.max(0, start - fill), Math.max(0, place + 24 - fill))}`;
    this.difference =
      `to ${show(request.bytes)} byte ${place + 1} of the answer is ${show(String.fromCharCode(bytes[at]!))}, not ` +
      `${show(String.fromCharCode(byte))}: ${show(got)} came, and not ${show(wanted)}`;
    return -1;
  }
}

function digitsOf({ tail, echoes }: Request): Int8Array | undefined {
  if (echoes.length === 0) return undefined;
  const digits = new Int8Array(tail.length).fill(-1);
  for (const at of echoes) for (let i = 0; i < STAMP_DIGITS; i++) digits[at + i] = i;
  return digits;
}

/** Byte by byte: for so few that is faster than to ask Buffer. */
function startsWith(bytes: Buffer, at: number, head: Buffer): boolean {
  for (let i = 0; i < head.length; i++) if (bytes[at + i] !== head[i]) return false;
  return true;
}

/** Where the first byte is that is no A, counted from `from`; -1 where there is none among so many. */
function firstOther(bytes: Buffer, from: number, length: number): number {
  if (length <= ALL_A.length && bytes.compare(ALL_A, 0, length, from, from + length) === 0) return -1;
  for (let i = 0; i < length; i++) if (bytes[from + i] !== A) return i;
  return -1;
}
