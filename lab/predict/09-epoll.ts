/** Chapter 09: how often the kernel is told what to watch for, and what the silent cost. */

import { calm } from '../../exercises/check/silence.ts';
import { type Measurement, measure } from '../race/measure.ts';
import { cost } from '../race/results.ts';
import { withTrace } from './experiment.ts';
import type { Prediction } from './prediction.ts';

const PINGS = 1000;
const BUSY = 10;
const IDLE = 1000;
/** In milliseconds. */
const LENGTH = { warm: 500, measured: 1500 };

export const predictions: readonly Prediction[] = [
  {
    question: `A client connects and asks for PING ${PINGS.toLocaleString('en')} times, each when it has the answer to the last. How often does the server call epoll_ctl meanwhile?`,
    read: 'chapters/09-epoll/README.md#level-triggered-told-again-and-again',
    experiment: (interrupted) =>
      withTrace('09-epoll', interrupted, async (talk, traced) => {
        await calm(traced.server); // the listener is watched
        traced.forget();
        const a = await talk.client();
        for (let i = 0; i < PINGS; i++) await a.sends('PING\n').gets('PONG\n');
        const names = ['accept4', 'epoll_ctl', 'epoll_wait', 'read', 'write'];
        const rows = names.map(
          (name) => `${name.padEnd(12)}${traced.calls(name).length.toLocaleString('en').padStart(8)}`,
        );
        return { measured: `${traced.calls('epoll_ctl').length}`, seen: ['calls', ...rows].join('\n') };
      }),
  },
  {
    question: `${BUSY} clients ask for PING all the time, and ${IDLE.toLocaleString('en')} more are connected and say nothing. How many times as much processor time does a PING cost under select as under epoll?`,
    within: 1.5,
    read: 'chapters/09-epoll/README.md#what-it-costs',
    experiment: async (interrupted) => {
      const look = (name: string, idle: number, ...args: string[]): Promise<Measurement> =>
        measure(
          { name, path: `chapters/${name}/server.ts`, args },
          {
            asking: { connections: BUSY, command: 'PING' },
            ...(idle === 0 ? {} : { beside: { connections: idle } }),
          },
          { ...LENGTH, interrupted },
        );
      const rows: (readonly [call: string, alone: number, beside: number])[] = [];
      for (const [call, name, ...args] of [
        ['select', '02-select', '--big-sets'],
        ['epoll', '09-epoll'],
      ] as const) {
        rows.push([call, cost(await look(name, 0, ...args)), cost(await look(name, IDLE, ...args))]);
      }
      const [select, epoll] = rows as [(typeof rows)[0], (typeof rows)[0]];
      const row = ([call, ...times]: (typeof rows)[0]): string =>
        `${call.padEnd(12)}${times.map((time) => time.toFixed(2).padStart(12)).join('')}`;
      return {
        measured: (select[2] / epoll[2]).toFixed(1),
        seen: [`µs a PING       alone, beside ${IDLE.toLocaleString('en')} silent`, ...rows.map(row)].join('\n'),
      };
    },
  },
];
