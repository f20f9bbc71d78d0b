/** Chapter 01: what becomes of a client that comes while another is served. */

import { calm } from '../../exercises/check/silence.ts';
import { Trouble } from '../../exercises/check/trouble.ts';
import { happens, withServer } from './experiment.ts';
import type { Prediction } from './prediction.ts';

export const predictions: readonly Prediction[] = [
  {
    question:
      'One client at a time: A is connected and says nothing. B comes and says PING. What happens to B, as long as A is there?',
    choices: [
      { id: 'refused', text: 'its connection is refused' },
      { id: 'unconnected', text: 'it is not connected until A has gone' },
      { id: 'waits', text: 'it is connected at once, and has no answer' },
      { id: 'answered', text: 'it is connected at once, and answered' },
    ],
    read: 'chapters/01-iterative/README.md#break-it',
    experiment: (interrupted) =>
      withServer('01-iterative', interrupted, async (talk, server) => {
        await talk.client();
        talk.note('A', 'connects', 'and says nothing');
        await calm(server);
        const b = await talk.client().catch((error: unknown) => {
          if (error instanceof Trouble) return undefined;
          throw error;
        });
        if (b === undefined) return { measured: 'refused', seen: talk.text('B is not connected') };
        talk.note('B', 'connects');
        const answered = await happens(b.sends('PING\n').gets('PONG\n'), talk);
        return { measured: answered ? 'answered' : 'waits', seen: talk.text() };
      }),
  },
];
