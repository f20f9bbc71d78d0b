/** The requests under way: on each connection a ring of those that were sent and are not answered. */

import type { Clock } from './clock.ts';
import { ticks } from './histogram.ts';
import { STAMP_DIGITS } from './requests.ts';

/** For many connections in a few arrays, so that a request makes no object. */
export class Flight {
  /** So many may be under way on one connection. */
  readonly depth: number;
  /** By connection: how many are. */
  readonly counts: Uint32Array;
  /** All of them. */
  total = 0;
  readonly #heads: Uint32Array;
  readonly #sent: Float64Array;
  readonly #due: Float64Array;
  readonly #kinds: Uint16Array;
  readonly #stamps: Uint8Array | undefined;

  readonly #clock: Clock;

  /** @param stamped whether timestamps are sent, so that they must be kept */
  constructor(connections: number, depth: number, stamped: boolean, clock: Clock) {
    this.depth = depth;
    this.#clock = clock;
    this.counts = new Uint32Array(connections);
    this.#heads = new Uint32Array(connections);
    this.#sent = new Float64Array(connections * depth);
    this.#due = new Float64Array(connections * depth);
    this.#kinds = new Uint16Array(connections * depth);
    this.#stamps = stamped ? new Uint8Array(connections * depth * STAMP_DIGITS) : undefined;
  }

  /** Notes a request that is sent now, and that was due when the clock says. @returns its place, for stamp() */
  push(connection: number, kind: number): number {
    const place = connection * this.depth + ((this.#heads[connection]! + this.counts[connection]!) % this.depth);
    this.#kinds[place] = kind;
    this.#sent[place] = this.#clock.now;
    this.#due[place] = this.#clock.due;
    this.counts[connection]!++;
    this.total++;
    return place;
  }

  /** The place of the oldest request of a connection, whose answer comes next. */
  first(connection: number): number {
    return connection * this.depth + this.#heads[connection]!;
  }

  kind(place: number): number {
    return this.#kinds[place]!;
  }

  /** How long a request has been under way, in ticks. */
  sinceSent(place: number): number {
    return ticks(this.#clock.now - this.#sent[place]!);
  }

  /** How long ago it was due, in ticks. */
  sinceDue(place: number): number {
    return ticks(this.#clock.now - this.#due[place]!);
  }

  /** The oldest has been answered. */
  pop(connection: number): void {
    const next = this.#heads[connection]! + 1;
    this.#heads[connection] = next === this.depth ? 0 : next;
    this.counts[connection]!--;
    this.total--;
  }

  /** Forgets all of a connection that is gone. @returns how many there were */
  clear(connection: number): number {
    const lost = this.counts[connection]!;
    this.counts[connection] = 0;
    this.total -= lost;
    return lost;
  }

  /** Writes a request's timestamp. */
  stamp(place: number): void {
    const stamps = this.#stamps!;
    let rest = Math.floor(this.#clock.epoch);
    for (let i = (place + 1) * STAMP_DIGITS - 1; i >= place * STAMP_DIGITS; i--) {
      const tenth = Math.floor(rest / 10);
      stamps[i] = 48 + rest - 10 * tenth;
      rest = tenth;
    }
  }

  /** Puts a request's timestamp where it is written from. */
  copyStamp(place: number, bytes: Buffer, at: number): void {
    for (let i = 0; i < STAMP_DIGITS; i++) bytes[at + i] = this.#stamps![place * STAMP_DIGITS + i]!;
  }

  /** A digit of a request's timestamp, as a character's code. */
  digit(place: number, i: number): number {
    return this.#stamps![place * STAMP_DIGITS + i]!;
  }
}
