/** Chapter 11: who is answered before whom while somebody computes. */

import { calm } from '../../exercises/check/silence.ts';
import { burn } from '../../lib/service/burn.ts';
import { happens, withServer } from './experiment.ts';
import type { Prediction } from './prediction.ts';

const ROUNDS = 500_000_000;

export const predictions: readonly Prediction[] = [
  {
    question: `Other threads compute for the loop. A sends BURN ${ROUNDS} and PING, in one write; right after it B sends PING. In which order do the three answers come?`,
    choices: [
      { id: 'all', text: "A's RESULT, A's PONG, B's PONG" },
      { id: 'pongs', text: "A's PONG, B's PONG, A's RESULT" },
      { id: 'own', text: "B's PONG, A's RESULT, A's PONG" },
    ],
    read: 'chapters/11-reactor/README.md#run-it-and-break-it',
    experiment: (interrupted) =>
      withServer('11-reactor', interrupted, async (talk, server) => {
        const [a, b] = [await talk.client(), await talk.client()];
        await calm(server);
        a.sends(`BURN ${ROUNDS}\nPING\n`);
        b.sends('PING\n');
        await talk.until(() => a.hasBytes || b.hasBytes, { what: 'an answer', instead: () => 'there is none' });
        const first = !a.hasBytes;
        if (first) await b.gets('PONG\n');
        // Computed here as well, while the server does.
        const inOrder = await happens(a.gets(`RESULT ${burn(ROUNDS)}\nPONG\n`), talk);
        if (!first) await b.gets('PONG\n');
        return { measured: inOrder ? (first ? 'own' : 'all') : 'pongs', seen: talk.text() };
      }),
  },
];
