/** The time of a process that loads: read once for each answer. */

import { readClock } from '../../lib/sys/clock.ts';

/**
 * Times in microseconds on CLOCK_MONOTONIC. They stand in memory, and whoever needs one takes it from here: V8 may make
 * an object of a fraction that is handed from function to function.
 */
export class Clock {
  /** Now, when the next request was due, when the loop shall wake up, and when there was a sign of life. */
  readonly #times = new Float64Array(4);
  /** From this clock to the calendar. */
  readonly #epoch: number;

  constructor() {
    this.read();
    this.hear();
    this.#epoch = Date.now() * 1000 - this.now;
  }

  /** Asks what time it is. */
  read(): void {
    readClock(this.#times, 0);
  }

  /** What it was when it was asked for. */
  get now(): number {
    return this.#times[0]!;
  }

  /** When the request that is sent next was due. */
  get due(): number {
    return this.#times[1]!;
  }

  set due(microseconds: number) {
    this.#times[1] = microseconds;
  }

  /** When the loop shall look again, though nothing has happened. */
  get wake(): number {
    return this.#times[2]!;
  }

  set wake(microseconds: number) {
    this.#times[2] = microseconds;
  }

  /** When the server, or a connection, gave the last sign of life. */
  get heard(): number {
    return this.#times[3]!;
  }

  /** It gives one now. */
  hear(): void {
    this.#times[3] = this.#times[0]!;
  }

  /** Has the loop look again no later than that. */
  wakeBy(microseconds: number): void {
    if (microseconds < this.wake) this.wake = microseconds;
  }

  /** Now, in microseconds since 1970. */
  get epoch(): number {
    return this.#times[0]! + this.#epoch;
  }
}
