/** What a process counts beside round trips: who is connected and served, and what went wrong. */

import type { Clock } from './clock.ts';
import { type Meeting, PROGRESS, type Report } from './settings.ts';

/** So many wrong answers are shown. */
const DIFFERENCES = 3;

/** The counts of one process. */
export class Tally {
  /** By connection: whether it stood, and whether it has had an answer; 0 or 1. */
  readonly stands: Uint8Array;
  readonly served: Uint8Array;
  /** How many are open, … */
  open = 0;
  /** … how many stood, … */
  connected = 0;
  /** … how many of those have had an answer, and how many failed before they had one. */
  answered = 0;
  failures = 0;
  /** Requests that have no answer, and requests that were due and not sent. */
  unanswered = 0;
  unsent = 0;
  /** Answers that came before time was over, and connections that stood then. */
  inTime = 0;
  held = 0;
  /** When somebody last stood, failed, or was answered who had not been before, in microseconds. */
  greeted: number;
  /** When the first connection was begun and the last one stood, in microseconds. */
  readonly #began: number;
  readonly #clock: Clock;
  #stood = 0;
  readonly #errors: Record<string, number> = {};
  readonly #differences: string[] = [];

  constructor(connections: number, clock: Clock) {
    this.stands = new Uint8Array(connections);
    this.served = new Uint8Array(connections);
    this.#clock = clock;
    this.#began = clock.now;
    this.greeted = clock.now;
  }

  /** A connection stands. */
  stand(connection: number): void {
    if (this.stands[connection] === 1) return;
    this.stands[connection] = 1;
    this.connected++;
    this.#stood = this.#clock.now;
    this.greeted = this.#clock.now;
  }

  /** A connection has had an answer. */
  serve(connection: number): void {
    if (this.served[connection] === 1) return;
    this.served[connection] = 1;
    this.answered++;
    this.greeted = this.#clock.now;
  }

  /** A connection has failed. @param what in the words of the report @param lost how many requests it has left unanswered */
  fail(connection: number, what: string, lost: number): void {
    this.#errors[what] = (this.#errors[what] ?? 0) + 1;
    if (this.served[connection] === 0) this.failures++;
    this.greeted = this.#clock.now;
    if (this.stands[connection] === 1) this.unanswered += lost;
  }

  /** Keeps a wrong answer to be shown, if it is among the first. @param number the connection's, among all of all processes */
  differ(number: number, difference: string): void {
    if (this.#differences.length < DIFFERENCES) this.#differences.push(`connection ${number}: ${difference}`);
  }

  /** Another part begins: what is left of the one before is not its. */
  restart(): void {
    this.unanswered = 0;
    this.unsent = 0;
  }

  meeting(): Meeting {
    const { connected, answered } = this;
    return { connected, answered, began: this.#began, stood: this.#stood };
  }

  /** Its part of the report. */
  report(): Pick<
    Report,
    'meeting' | 'errors' | 'differences' | 'unanswered' | 'unsent' | 'inTime' | 'held' | 'served'
  > {
    const { unanswered, unsent, inTime, held, answered: served } = this;
    const [errors, differences] = [this.#errors, this.#differences];
    return { meeting: this.meeting(), errors, differences, unanswered, unsent, inTime, held, served };
  }

  /** Writes down how far it is, for whoever looks. @param progress as in Link @param requests how many were answered */
  tell(progress: Float64Array, requests: number): void {
    progress[PROGRESS.connected] = this.connected;
    progress[PROGRESS.answered] = this.answered;
    progress[PROGRESS.requests] = requests;
    progress[PROGRESS.errors] = Object.values(this.#errors).reduce((sum, count) => sum + count, 0);
  }
}
