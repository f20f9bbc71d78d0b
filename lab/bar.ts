/** The bar on a terminal that shows how far something is; on standard error, for what is found out is on the other. */

import cliProgress from 'cli-progress';

const LOOKS = {
  barCompleteChar: '█',
  barIncompleteChar: '░',
  barsize: 24,
  clearOnComplete: true,
  hideCursor: true,
  gracefulExit: false,
};

/**
 * Begins a bar, in front of a text.
 *
 * @param total how many steps it has
 * @param format as cli-progress has it: `{bar} {value}/{total} {text}`
 * @returns undefined where nothing that was written can be taken back: elsewhere than on a terminal, or on a dumb one
 */
export function startBar(total: number, format: string): cliProgress.SingleBar | undefined {
  if (!process.stderr.isTTY || process.env.TERM === 'dumb') return undefined;
  const bar = new cliProgress.SingleBar({ ...LOOKS, format });
  bar.start(total, 0, { text: '' });
  return bar;
}

/** Makes room where a bar is, which is drawn anew, for something that stays. */
export function clearBar(): void {
  process.stderr.write('\r\u001b[K');
}
