/** Chapter 16: who hears of a signal that somebody else has sent. */

import { calm } from '../../exercises/check/silence.ts';
import { members } from '../../lib/testing/footprint.ts';
import { Program } from '../../lib/testing/server.ts';
import type { Prediction } from './prediction.ts';

const CURES = ['self-pipe', 'signalfd', 'ppoll'];

/** Sends the signal to a program in its window, and presses Enter. @returns whether it has heard, and what it did */
async function hears(name: string, interrupted: Promise<never>): Promise<readonly [heard: boolean, what: string]> {
  const args = ['--wait', '--seconds', '3600'];
  const program = new Program(`chapters/16-signals/${name}.ts`, { args, typed: true });
  try {
    const inWindow = program.line(/kill -(\d+) (\d+); then press Enter/);
    const [, signal, pid] = await Promise.race([inWindow, interrupted]);
    process.kill(Number(pid), Number(signal));
    await calm(program); // one of its threads has taken it
    program.child.stdin!.on('error', () => {}).write('\n'); // it may be gone
    await calm(program);
    if (members(program).length > 0) return [false, 'sleeps on'];
    await program.ended;
    const line = program.stdout.find((line) => /^(select|ppoll) /.test(line));
    return line === undefined ? [false, 'was ended by the signal'] : [true, line.replace(/ +/, ': ')];
  } finally {
    await program.kill();
  }
}

export const predictions: readonly Prediction[] = [
  {
    question:
      'The self-pipe, signalfd and ppoll do not miss the signal that they send to themselves, in the window before the sleep. Now you send it, in the same window, from another terminal, with kill. How many of the three hear of it?',
    read: 'chapters/16-signals/README.md#whose-signal-is-it',
    experiment: async (interrupted) => {
      const rows: string[] = [];
      let count = 0;
      for (const name of CURES) {
        const [heard, what] = await hears(name, interrupted);
        if (heard) count++;
        rows.push(`${name.padEnd(12)}${what}`);
      }
      return { measured: `${count}`, seen: rows.join('\n') };
    },
  },
];
