/** Chapter 03: who is answered while more threads compute than there are cores. */

import { availableParallelism } from 'node:os';
import type { Speaker } from '../../exercises/check/talk.ts';
import { ends } from '../../lib/testing/kernel.ts';
import { happens, withServer } from './experiment.ts';
import type { Prediction } from './prediction.ts';

/** Fewer than the server has threads. */
const MOST = 60;

export const predictions: readonly Prediction[] = [
  {
    question: `A thread for each client. Twice as many clients as the machine has cores, but ${MOST} at most, ask for a BURN that takes about a second; then another, who is connected already, says PING. When is it answered?`,
    choices: [
      { id: 'before', text: 'before any BURN is done' },
      { id: 'between', text: 'when some are done, and a core is free' },
      { id: 'after', text: 'when all of them are done' },
    ],
    read: 'chapters/03-thread-per-connection/README.md#who-decides-who-runs',
    experiment: (interrupted) =>
      withServer('03-thread-per-connection', interrupted, async (talk, server) => {
        const cores = availableParallelism();
        const burners: Speaker[] = [];
        while (burners.length < Math.min(2 * cores, MOST)) burners.push(await talk.client());
        const other = await talk.client();
        for (const client of [...burners, other]) await client.sends('PING\n').gets('PONG\n'); // it has its thread
        for (const burner of burners) burner.sends('BURN 1000000000\n');
        const allRead = (): boolean => ends(server.port).every(({ unread }) => unread === 0);
        await talk.until(allRead, { what: 'every BURN is read', instead: () => 'some lie unread' });
        const answered = await happens(other.sends('PING\n').gets('PONG\n'), talk);
        const done = burners.filter(({ hasBytes }) => hasBytes).length;
        const all = !answered || done === burners.length;
        const row = (what: string, count: number): string => `${what.padEnd(28)}${`${count}`.padStart(4)}`;
        return {
          measured: all ? 'after' : done > 0 ? 'between' : 'before',
          seen: [
            row('cores', cores),
            row('clients that burn', burners.length),
            row(answered ? 'RESULTs before the PONG' : 'RESULTs, and no PONG', done),
          ].join('\n'),
        };
      }),
  },
];
