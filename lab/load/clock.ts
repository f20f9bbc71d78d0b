/** The time of a process that loads: read once for each answer. */

import { readClock } from '../../lib/sys/clock.ts';

/**
 * Times in microseconds on CLOCK_MONOTONIC. They stand in memory, and whoever needs one takes it from here: V8 may make
 * an object of a fraction that is handed from function to function.
 */
export class Clock {
  /** Now, when the next request was due, and when the loop shall wake up. */
  readonly #times = new Float64Array(3);
  /** From this clock to the calendar. */
  readonly #epoch: number;

  constructor() {
    this.read();
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

  /** Now, in microseconds since 1970. */
  get epoch(): number {
    return this.#times[0]! + this.#epoch;
  }
}
