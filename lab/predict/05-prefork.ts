/** Chapter 05: what a pool bears, and what it does not. */

import { happens, withServer } from './experiment.ts';
import type { Prediction } from './prediction.ts';

/** Longer than any experiment, in milliseconds. */
const LONG = 600_000;

export const predictions: readonly Prediction[] = [
  {
    question:
      'Four children, and clients that WAIT for ten minutes. Is the PING of one more client answered while three of the four are occupied? And while all four are?',
    choices: [
      { id: 'neither', text: 'no, in neither case' },
      { id: 'three', text: 'with three occupied it is, with four it is not' },
      { id: 'both', text: 'yes, in both cases' },
    ],
    read: 'chapters/05-prefork/README.md#run-it-and-break-it',
    experiment: (interrupted) =>
      withServer(
        '05-prefork',
        interrupted,
        async (talk) => {
          const occupy = async (name: string): Promise<void> => {
            // Its PONG shows that a child has it: the WAIT is in the same read.
            await (await talk.client(name)).sends(`PING\nWAIT ${LONG}\n`).gets('PONG\n');
          };
          for (const name of ['A', 'B', 'C']) await occupy(name);
          const d = await talk.client('D');
          const three = await happens(d.sends('PING\n').gets('PONG\n'), talk);
          d.leaves();
          await occupy('E');
          const f = await talk.client('F');
          const four = await happens(f.sends('PING\n').gets('PONG\n'), talk);
          return { measured: four ? 'both' : three ? 'three' : 'neither', seen: talk.text() };
        },
        { args: ['--children', '4'] },
      ),
  },
];
