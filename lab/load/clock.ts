/** The time of a process that loads: read once for each answer. */

import { monotonic } from '../../lib/sys/clock.ts';

/** Times in microseconds. They stand in memory: a fraction that is handed from function to function may become an object. */
export class Clock {
  readonly #times = new Float64Array([monotonic(), 0]);
  /** From the machine's clock to that of the calendar. */
  readonly #epoch = Date.now() * 1000 - monotonic();

  /** Asks what time it is. */
  read(): void {
    this.#times[0] = monotonic();
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

  /** Now, in microseconds since 1970. */
  get epoch(): number {
    return this.#times[0]! + this.#epoch;
  }
}
