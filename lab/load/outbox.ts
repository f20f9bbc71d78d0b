/** Sends requests: chosen by weight, put together, and written at once. */

import { EAGAIN, EINTR } from '../../lib/sys/errors.ts';
import { write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import type { Flight } from './flight.ts';
import type { Request } from './requests.ts';

/** The requests of all connections of a process. */
export class Outbox {
  readonly #requests: readonly { readonly bytes: Buffer; readonly stamps: readonly number[] }[];
  /** Each request as often as its weight says; one of them is drawn. */
  readonly #urn: Uint16Array;
  readonly #flight: Flight;
  /** What is written. Where all requests are the same bytes, it holds them already, as often as may be sent at once. */
  readonly #memory: Memory;
  readonly #ready: boolean;
  /** By connection: what the socket did not take. */
  readonly #rests = new Map<number, Buffer>();
  #random: number;

  /** @param seed not 0: which requests are drawn */
  constructor(requests: readonly Request[], flight: Flight, seed: number) {
    this.#requests = requests.map(({ bytes, stamps }) => ({ bytes: Buffer.from(bytes, 'latin1'), stamps }));
    this.#urn = Uint16Array.from(requests.flatMap(({ weight }, kind) => Array<number>(weight).fill(kind)));
    this.#flight = flight;
    this.#random = seed;
    const longest = Math.max(...this.#requests.map(({ bytes }) => bytes.length));
    this.#memory = Memory.allocate(longest * flight.depth);
    const [{ bytes, stamps }] = this.#requests as [{ bytes: Buffer; stamps: readonly number[] }];
    this.#ready = requests.length === 1 && stamps.length === 0;
    if (this.#ready) this.#memory.bytes.fill(bytes);
  }

  /**
   * Sends requests on a connection, all due at the clock's `due`.
   *
   * @param number how many, for which there is room in the ring
   * @returns 0; -EAGAIN when the socket did not take all of it, and flush() shall be called when it is writable; or
   *   another negative errno
   */
  send(connection: number, fd: number, number: number): number {
    let length = 0;
    if (this.#ready) {
      for (let i = 0; i < number; i++) this.#flight.push(connection, 0);
      length = number * this.#requests[0]!.bytes.length;
    } else for (let i = 0; i < number; i++) length += this.#compose(connection, length);
    if (this.#rests.size > 0 && this.#rests.has(connection)) return this.#keep(connection, 0, length);
    const sent = write(fd, this.#memory, 0, length);
    if (sent === length) return 0;
    if (sent < 0 && sent !== -EAGAIN && sent !== -EINTR) return sent;
    return this.#keep(connection, Math.max(0, sent), length);
  }

  /** Writes what a socket did not take before. @returns as send() */
  flush(connection: number, fd: number): number {
    const rest = this.#rests.get(connection);
    if (rest === undefined) return 0;
    const memory = Memory.allocate(rest.length); // rare enough
    rest.copy(memory.bytes);
    const sent = write(fd, memory, 0, rest.length);
    if (sent < 0) return sent === -EINTR ? -EAGAIN : sent;
    if (sent < rest.length) {
      this.#rests.set(connection, rest.subarray(sent));
      return -EAGAIN;
    }
    this.#rests.delete(connection);
    return 0;
  }

  /** Whether a socket has not taken all. */
  keeps(connection: number): boolean {
    return this.#rests.has(connection);
  }

  /** A connection is gone. */
  forget(connection: number): void {
    this.#rests.delete(connection);
  }

  #keep(connection: number, from: number, to: number): number {
    const rest = this.#rests.get(connection) ?? Buffer.alloc(0);
    this.#rests.set(connection, Buffer.concat([rest, this.#memory.bytes.subarray(from, to)]));
    return -EAGAIN;
  }

  /** Draws a request and puts it where it is written from. @returns its length in bytes */
  #compose(connection: number, at: number): number {
    const kind = this.#draw();
    const place = this.#flight.push(connection, kind);
    const { bytes, stamps } = this.#requests[kind]!;
    const { bytes: memory } = this.#memory;
    for (let i = 0; i < bytes.length; i++) memory[at + i] = bytes[i]!;
    if (stamps.length > 0) {
      this.#flight.stamp(place);
      for (let s = 0; s < stamps.length; s++) this.#flight.copyStamp(place, memory, at + stamps[s]!);
    }
    return bytes.length;
  }

  /** Marsaglia's xorshift: the same draws in each run. */
  #draw(): number {
    if (this.#urn.length === 1) return 0;
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    return this.#urn[(x >>> 0) % this.#urn.length]!;
  }
}
