/** How far something is that has many steps: a bar on a terminal, a line for each elsewhere; on standard error. */

import { clearBar, startBar } from './bar.ts';

/** Tells of steps until it is told to stop. */
export class Steps {
  readonly #bar: ReturnType<typeof startBar>;
  #done = 0;

  /** @param total how many there are, as far as is known */
  constructor(total: number) {
    this.#bar = startBar(total, '{bar} {value}/{total} {text}');
  }

  /** A step begins. */
  begin(text: string): void {
    if (this.#bar === undefined) process.stderr.write(`${text}\n`);
    else this.#bar.update(this.#done, { text });
    this.#done++;
  }

  /** Makes room for something that stays, on standard output or there. */
  clear(): void {
    if (this.#bar !== undefined) clearBar();
  }

  stop(): void {
    this.#bar?.stop();
  }
}
