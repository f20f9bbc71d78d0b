/** Chapter 14: what becomes of those for whom there is no descriptor. */

import { calm } from '../../exercises/check/silence.ts';
import type { Speaker } from '../../exercises/check/talk.ts';
import { withServer } from './experiment.ts';
import type { Prediction } from './prediction.ts';

const DESCRIPTORS = 64;
const CLIENTS = 100;

/** Has more clients come than a server has descriptors for; each says PING. @returns what has become of them */
function crowded(
  name: string,
  interrupted: Promise<never>,
): Promise<readonly [served: number, closed: number, waiting: number]> {
  return withServer(
    name,
    interrupted,
    async (talk, server) => {
      const clients: Speaker[] = [];
      for (let i = 1; i <= CLIENTS; i++) clients.push((await talk.client(`client ${i}`)).sends('PING\n'));
      await calm(server);
      const open = clients.filter(({ socket }) => !socket.readableEnded && !socket.destroyed);
      const served = open.filter(({ hasBytes }) => hasBytes).length;
      return [served, CLIENTS - open.length, open.length - served];
    },
    { descriptors: DESCRIPTORS },
  );
}

export const predictions: readonly Prediction[] = [
  {
    question: `A server may have ${DESCRIPTORS} descriptors, and ${CLIENTS} clients connect and say PING. In chapter 09 those for whom there is no descriptor wait in the backlog until others leave. And with node:net?`,
    choices: [
      { id: 'wait', text: 'they wait as well' },
      { id: 'closed', text: 'they are connected, and closed at once' },
      { id: 'ends', text: 'the server ends, with EMFILE' },
    ],
    read: 'chapters/14-node-net/README.md#how-it-works',
    experiment: async (interrupted) => {
      const epoll = await crowded('09-epoll', interrupted);
      const net = await crowded('14-node-net', interrupted);
      const row = ([name, ...cells]: readonly (string | number)[]): string =>
        `${name}`.padEnd(12) + cells.map((cell) => `${cell}`.padStart(10)).join('');
      const rows = [
        ['clients', 'served', 'closed', 'waiting'],
        ['09-epoll', ...epoll],
        ['14-node-net', ...net],
      ];
      return {
        measured: net[1] === CLIENTS ? 'ends' : net[1] > 0 ? 'closed' : 'wait',
        seen: rows.map(row).join('\n'),
      };
    },
  },
];
