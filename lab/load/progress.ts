/** How far a load is: a bar on a terminal, a line now and then elsewhere; on standard error, for the report is on the other. */

import { clearBar, startBar } from '../bar.ts';
import { durationOf, type Options } from './options.ts';
import type { Progress } from './processes.ts';
import type { Run } from './run.ts';
import { count, many } from './units.ts';

/** How often the bar moves, and a line is written at most, in milliseconds; and how many lines at most. */
const [BAR, LINE, LINES] = [100, 1000, 20];
/** Over so long a rate is told, in milliseconds. */
const RATE = 500;
/** A bar's steps. */
const STEPS = 1000;

/** Tells how far a load is until it is told to stop. */
export class Telling {
  readonly #run: Run;
  readonly #options: Options;
  readonly #timer: NodeJS.Timeout;
  readonly #bar: ReturnType<typeof startBar>;
  #began: number | undefined;
  #last = { at: performance.now(), requests: 0, rate: 0 };
  #said = '';

  constructor(run: Run, options: Options) {
    this.#run = run;
    this.#options = options;
    this.#bar = startBar(STEPS, '{bar} {text}');
    const pause = this.#bar === undefined ? Math.max(LINE, durationOf(options) / LINES) : BAR;
    this.#timer = setInterval(() => this.#tell(), pause);
  }

  /** Everybody is connected. */
  begin(): void {
    this.#began = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#bar?.stop();
  }

  /** Says something that stays, there or on standard output. */
  say(line: string, stream: NodeJS.WritableStream = process.stderr): void {
    if (this.#bar !== undefined) clearBar();
    stream.write(`${line}\n`);
  }

  #tell(): void {
    const { progress } = this.#run;
    const text = this.#text(progress);
    if (this.#bar !== undefined) this.#bar.update(Math.round(STEPS * this.#share(progress)), { text });
    else if (text !== '' && text !== this.#said) process.stderr.write(`${text}\n`);
    this.#said = text;
  }

  /** How much is done, 0 … 1. */
  #share({ connected, requests }: Progress): number {
    const { connections, requests: each } = this.#options;
    if (each !== undefined) return requests / (each * connections);
    if (this.#began === undefined) return connected / connections;
    return Math.min(1, (performance.now() - this.#began) / durationOf(this.#options));
  }

  #text({ connected, answered, requests, errors }: Progress): string {
    const { connections, requests: each, hold } = this.#options;
    if (connected === 0) return ''; // perhaps nobody listens there
    const wrong = errors === 0 ? '' : `, ${many(errors, 'error')}`;
    const going = this.#began !== undefined;
    if (going && hold) return `${count(connected)} held${wrong}`;
    if (going || each !== undefined) return `${many(requests, 'request')}, ${count(this.#rate(requests))}/s${wrong}`;
    return `${count(connected)} of ${count(connections)} connected, ${count(answered)} answered${wrong}`;
  }

  #rate(requests: number): number {
    const { at, requests: before } = this.#last;
    const took = performance.now() - at;
    if (took >= RATE || requests < before) {
      const rate = Math.max(0, (1000 * (requests - before)) / took);
      this.#last = { at: at + took, requests, rate };
    }
    return this.#last.rate;
  }
}
