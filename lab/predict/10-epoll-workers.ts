/** Chapter 10: how connections are shared when the kernel wakes one worker for each. */

import { calm } from '../../exercises/check/silence.ts';
import { printedTally } from '../../lib/testing/tally.ts';
import { withServer } from './experiment.ts';
import type { Prediction } from './prediction.ts';

const CLIENTS = 20;

export const predictions: readonly Prediction[] = [
  {
    question: `Four workers watch one listener, with EPOLLEXCLUSIVE: the kernel wakes one of them for a connection. ${CLIENTS} clients come, each when all four sleep again, and stay. How many of the ${CLIENTS} has the worker that has the most?`,
    read: 'chapters/10-epoll-workers/README.md#one-listener-in-every-set',
    experiment: (interrupted) =>
      withServer(
        '10-epoll-workers',
        interrupted,
        async (talk, server) => {
          for (let i = 0; i < CLIENTS; i++) {
            await calm(server);
            await (await talk.client()).sends('PING\n').gets('PONG\n');
          }
          const before = server.stdout.length;
          await server.stop('SIGTERM');
          const { rows } = printedTally(server);
          return {
            measured: `${Math.max(...rows.map(({ connections }) => connections!))}`,
            seen: server.stdout.slice(before).join('\n'),
          };
        },
        { args: ['--workers', '4', '--handoff', 'exclusive'] },
      ),
  },
];
