/** Chapter 06: how many connections are accepted for whom nobody has time. */

import { calm } from '../../exercises/check/silence.ts';
import { ends } from '../../lib/testing/kernel.ts';
import { withTrace } from './experiment.ts';
import type { Prediction } from './prediction.ts';

export const predictions: readonly Prediction[] = [
  {
    question:
      'The parent accepts, and only it. Four clients have its four children WAIT for ten minutes; two more connect, and say PING. How many connections has the parent accepted by then?',
    read: 'chapters/06-descriptor-passing/README.md#dealing',
    experiment: (interrupted) =>
      withTrace('06-descriptor-passing', interrupted, async (talk, traced) => {
        const { server } = traced;
        for (let i = 0; i < 4; i++) await (await talk.client()).sends('PING\nWAIT 600000\n').gets('PONG\n');
        for (let i = 0; i < 2; i++) (await talk.client()).sends('PING\n');
        await calm(server);
        const count = (call: string, parents: boolean): number =>
          traced.calls(call).filter(({ pid, result }) => result >= 0 && (pid === server.pid) === parents).length;
        const row = (call: string, ...cells: (string | number)[]): string =>
          call.padEnd(12) + cells.map((cell) => `${cell}`.padStart(14)).join('');
        const calls = ['accept4', 'sendmsg', 'recvmsg'];
        const waiting = ends(server.port).filter(({ unread, inode }) => unread > 0 && inode === 0).length;
        return {
          measured: `${count('accept4', true)}`,
          seen: [
            row('calls', 'the parent', 'its children'),
            ...calls.map((call) => row(call, count(call, true), count(call, false))),
            `In the backlog, with a PING that nobody has read: ${waiting}`,
          ].join('\n'),
        };
      }),
  },
];
