/** Chapter 13: how many calls a request takes that was asked for beforehand. */

import { refusal } from '../../chapters/servers.ts';
import { calm } from '../../exercises/check/silence.ts';
import { withTrace } from './experiment.ts';
import type { Prediction } from './prediction.ts';

const PINGS = 1000;

export const predictions: readonly Prediction[] = [
  {
    question: `A client connects and asks for PING ${PINGS.toLocaleString('en')} times, each when it has the answer to the last. In chapter 09 that took ${PINGS.toLocaleString('en')} calls each of epoll_wait, read and write. How many calls does it take here, all together?`,
    within: 1.1,
    read: 'chapters/13-io-uring/README.md#run-it-and-break-it',
    experiment: async (interrupted) => {
      const why = refusal('13-io-uring');
      if (why !== undefined) throw new Error(`13-io-uring cannot run here: ${why}`);
      return withTrace('13-io-uring', interrupted, async (talk, traced) => {
        await calm(traced.server); // it has asked for those who will come
        traced.forget();
        const a = await talk.client();
        for (let i = 0; i < PINGS; i++) await a.sends('PING\n').gets('PONG\n');
        const calls = traced.calls();
        const rows = ['accept4', 'read', 'write', 'io_uring_enter'].map((name) => {
          const count = calls.filter(({ call }) => call === name).length;
          return `${name.padEnd(16)}${count.toLocaleString('en').padStart(8)}`;
        });
        return { measured: `${calls.length}`, seen: ['calls', ...rows].join('\n') };
      });
    },
  },
];
