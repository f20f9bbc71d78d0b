/** Chapter 02: how many clients fit into a set of descriptors. */

import { wrap } from '../../exercises/check/outcome.ts';
import { happens, withServer } from './experiment.ts';
import type { Prediction } from './prediction.ts';

const CLIENTS = 1100;
const DESCRIPTORS = 4096;

export const predictions: readonly Prediction[] = [
  {
    question: `One thread and select: the server may have ${DESCRIPTORS.toLocaleString('en')} descriptors. ${CLIENTS.toLocaleString('en')} clients connect, say PING, and stay. How many of them are answered?`,
    within: 1.05,
    read: 'chapters/02-select/README.md#the-limit-of-1-024',
    experiment: (interrupted) =>
      withServer(
        '02-select',
        interrupted,
        async (talk, server) => {
          let answered = 0;
          let refused = 0;
          for (let i = 1; i <= CLIENTS; i++) {
            const client = await talk.client(`client ${i}`);
            if (await happens(client.sends('PING\n').gets('PONG\n'), talk)) answered++;
            else refused++;
          }
          const [said = ''] = server.stderr;
          return {
            measured: `${answered}`,
            seen: `${answered} were answered, ${refused} were not. The server says:\n${wrap(said)}`,
          };
        },
        { descriptors: DESCRIPTORS },
      ),
  },
];
