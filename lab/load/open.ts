/** The open loop: requests are due at a rate of their own, whether or not earlier ones were answered. */

import type { Clock } from './clock.ts';
import { ticks } from './histogram.ts';
import type { Ask, Pace } from './pace.ts';

// #region open
/**
 * Request k is due at k/rate. When no connection is free then it is sent later, and its time counts from when it was due
 * all the same: a server that stalls for a second delays all requests of that second, not one. A closed loop would
 * not have sent them, and so never have measured them, which is called coordinated omission.
 */
export class Open implements Pace {
  readonly #depth: number;
  readonly #ask: Ask;
  readonly #clock: Clock;
  /** The connections that may ask, each as often as it may; who has rested longest asks first. */
  readonly #free: Int32Array;
  #head = 0;
  #waiting = 0;
  /** How many of a connection's places are not under way; a connection that is gone has none. */
  readonly #places: Uint32Array;
  #began = Number.POSITIVE_INFINITY;
  /** Microseconds from one request to the next. */
  #interval = 1;
  #next = 0;
  #last = 0;

  constructor(connections: number, depth: number, ask: Ask, clock: Clock) {
    this.#depth = depth;
    this.#ask = ask;
    this.#clock = clock;
    this.#free = new Int32Array(connections * depth);
    this.#places = new Uint32Array(connections);
  }

  /** Begins, from now on. @param rate requests a second @param microseconds for how long */
  begin(rate: number, microseconds: number): void {
    this.#began = this.#clock.now;
    this.#interval = 1e6 / rate;
    this.#next = 0;
    this.#last = Math.floor(microseconds / this.#interval);
  }

  turn(): void {
    while (this.#next < this.#last) {
      const due = this.#began + this.#next * this.#interval;
      if (due > this.#clock.now) {
        this.#clock.wakeBy(due);
        return;
      }
      if (this.#waiting === 0) return; // until somebody is answered
      const connection = this.#free[this.#head]!;
      this.#head = (this.#head + 1) % this.#free.length;
      this.#waiting--;
      if (this.#places[connection] === 0) continue; // it is gone
      this.#places[connection]!--;
      this.#next++;
      this.#clock.due = due;
      this.#ask(connection, 1);
    }
  }

  answered(connection: number, number: number): number {
    for (let i = 0; i < number; i++) this.#release(connection);
    return 0;
  }
  // #endregion open

  /** Sends one, so that it is known whether the connection is served; its other places are free at once. */
  first(connection: number): number {
    for (let i = 1; i < this.#depth; i++) this.#release(connection);
    return 1;
  }

  /** How many are due now and were not sent. @param each is told, for each of them, since when, in ticks */
  unsent(each: (ticks: number) => void): number {
    let count = 0;
    for (; this.#next < this.#last; this.#next++) {
      const due = this.#began + this.#next * this.#interval;
      if (due > this.#clock.now) break;
      each(ticks(this.#clock.now - due));
      count++;
    }
    return count;
  }

  rest(): void {} // what was due was sent, or never will be

  finished(): boolean {
    return this.#last === 0 && this.#began < Number.POSITIVE_INFINITY;
  }

  gone(connection: number): void {
    this.#places[connection] = 0;
  }

  stop(): void {
    this.#last = 0;
    this.#began = Math.min(this.#began, this.#clock.now);
  }

  #release(connection: number): void {
    this.#places[connection]!++;
    this.#free[(this.#head + this.#waiting++) % this.#free.length] = connection;
  }
}
