/** Chapter 12: what becomes of a function that waits for somebody who is gone. */

import { members } from '../../lib/testing/footprint.ts';
import { happens, withServer } from './experiment.ts';
import type { Prediction } from './prediction.ts';

export const predictions: readonly Prediction[] = [
  {
    question:
      'The guessing game waits for a guess: its function stands at an await, and has ten minutes. The player leaves with a reset. When does the function come to its finally, which says how many are still playing?',
    choices: [
      { id: 'once', text: 'at once' },
      { id: 'later', text: 'when the ten minutes are over, if ever' },
      { id: 'ends', text: 'never: the reset ends the server' },
    ],
    read: 'chapters/12-coroutines/README.md#time-and-the-end',
    experiment: (interrupted) =>
      withServer(
        '12-coroutines/guess',
        interrupted,
        async (talk, server) => {
          const says = async (line: string): Promise<void> => {
            await talk.until(() => server.stdout.at(-1) === line, { what: line, instead: () => 'it does not come' });
            talk.note('the server', 'prints', line);
          };
          const a = await talk.client();
          await a.gets('I think of a number from 1 to 100. Which?\n');
          await says('1 playing');
          a.leaves();
          const done = await happens(says('0 playing'), talk);
          const ended = members(server).length === 0;
          return { measured: done ? 'once' : ended ? 'ends' : 'later', seen: talk.text() };
        },
        { args: ['--patience', '600000'] },
      ),
  },
];
