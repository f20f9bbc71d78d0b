/** When connections are opened: spread over some time, and no faster than they are served. */

import type { Clock } from './clock.ts';
import type { Settings } from './settings.ts';
import type { Tally } from './tally.ts';

/** So many connections may wait for their first answer before another is opened, lest they overflow the backlog. */
const CROWD = 1000;
/** When nobody has had a first answer for so long, in microseconds, that does not help any more. */
const PATIENT = 200_000;
/** A Unix socket's full backlog is asked again after so long. */
const BUSY = 1000;

/** Tells when the next connection of a process may be opened. Times are in microseconds. */
export class Opening {
  /** How many were begun. */
  begun = 0;
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #tally: Tally;
  readonly #began: number;
  #crowd = CROWD;
  /** When a full backlog is asked again. */
  #again = 0;
  /** Whether a backlog was full for as long as anybody waits. */
  #full = false;

  constructor(settings: Settings, clock: Clock, tally: Tally) {
    this.#settings = settings;
    this.#clock = clock;
    this.#tally = tally;
    this.#began = clock.now;
  }

  /** Whether all were begun, or none will ever stand. */
  get over(): boolean {
    const { connections, addresses } = this.#settings;
    const { connected, failures, open } = this.#tally;
    // Each target was tried and none let anybody in: then it need not be tried for the whole of a ramp.
    return this.begun === connections || (connected === 0 && open === 0 && failures >= addresses.length);
  }

  /** Whether another may be opened now; otherwise the loop wakes when that may be so. */
  due(): boolean {
    const { connections, ramp } = this.#settings;
    if (this.begun === connections) return false;
    const due = Math.max(this.#again, this.#began + (this.begun * ramp) / connections);
    if (this.#clock.now < due) return this.#wait(due);
    if (this.begun - this.#tally.failures - this.#tally.answered < this.#crowd) return true;
    if (this.#clock.now < this.#tally.greeted + PATIENT) return this.#wait(this.#tally.greeted + PATIENT);
    this.#crowd += CROWD;
    return true;
  }

  /** A backlog was full. @returns whether that is worth another try, a little later */
  busy(): boolean {
    this.#full ||= this.#clock.now >= this.#clock.heard + this.#settings.patience;
    if (this.#full) return false;
    this.#again = this.#clock.now + BUSY;
    this.#wait(this.#again);
    return true;
  }

  #wait(until: number): false {
    this.#clock.wakeBy(until);
    return false;
  }
}
