/** How far a load is: a bar on a terminal, a line now and then elsewhere; on standard error, for the report is on the other. */

import cliProgress from 'cli-progress';
import { count, many } from './units.ts';

/** How often a bar moves, and a line is written, in milliseconds. */
const BAR = 100;
const [LINE, LINES] = [1000, 20];

/** What is told. */
export interface State {
  /** 0 … 1; undefined where no end is known. */
  readonly share: number | undefined;
  readonly text: string;
}

/** Tells how far it is until it is told to stop. */
export class Telling {
  readonly #look: () => State;
  readonly #timer: NodeJS.Timeout;
  readonly #bar: cliProgress.SingleBar | undefined;
  #last = '';

  /** @param milliseconds how long it takes, where that is known: no more than so many lines are written */
  constructor(look: () => State, milliseconds = 0) {
    this.#look = look;
    if (process.stderr.isTTY) {
      this.#bar = new cliProgress.SingleBar({
        format: '{bar} {text}',
        barsize: 24,
        hideCursor: true,
        clearOnComplete: true,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        noTTYOutput: false,
        gracefulExit: false,
        linewrap: false,
      });
      this.#bar.start(1000, 0, { text: '' });
    }
    this.#timer = setInterval(() => this.#tell(), this.#bar === undefined ? Math.max(LINE, milliseconds / LINES) : BAR);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#bar?.stop();
  }

  /** Puts a line where it does not disturb the bar. */
  say(line: string): void {
    if (this.#bar !== undefined) process.stderr.write('\r\u001b[K');
    process.stderr.write(`${line}\n`);
  }

  #tell(): void {
    const { share, text } = this.#look();
    if (this.#bar !== undefined) this.#bar.update(Math.round(1000 * (share ?? 0)), { text });
    else if (text !== '' && text !== this.#last) process.stderr.write(`${text}\n`);
    this.#last = text;
  }
}

/** How far connecting is, and then asking. */
export function progressText(
  { connected, answered, requests, errors }: { connected: number; answered: number; requests: number; errors: number },
  connections: number,
  going: boolean,
  rate: number,
): string {
  const wrong = errors === 0 ? '' : `, ${many(errors, 'error')}`;
  if (connected === 0) return ''; // perhaps nobody listens there
  if (!going) return `${count(connected)} of ${count(connections)} connected, ${count(answered)} answered${wrong}`;
  return `${many(requests, 'request')}, ${count(rate)}/s${wrong}`;
}
