/** How far something is that has many steps: a bar on a terminal, a line for each elsewhere; on standard error. */

import cliProgress from 'cli-progress';

/** Tells of steps until it is told to stop. */
export class Steps {
  readonly #bar: cliProgress.SingleBar | undefined;
  #done = 0;

  /** @param total how many there are, as far as is known */
  constructor(total: number) {
    if (!process.stderr.isTTY) return;
    const looks = { barCompleteChar: '█', barIncompleteChar: '░', barsize: 24, hideCursor: true };
    this.#bar = new cliProgress.SingleBar({
      ...looks,
      format: '{bar} {value}/{total} {text}',
      clearOnComplete: true,
      gracefulExit: false,
    });
    this.#bar.start(total, 0, { text: '' });
  }

  /** A step begins. */
  begin(text: string): void {
    if (this.#bar === undefined) process.stderr.write(`${text}\n`);
    else this.#bar.update(this.#done, { text });
    this.#done++;
  }

  /** Makes room for something that stays, on standard output or there. */
  clear(): void {
    if (this.#bar !== undefined) process.stderr.write('\r\u001b[K'); // where the bar was, which is drawn anew
  }

  stop(): void {
    this.#bar?.stop();
  }
}
