/** Chapter 07: whom a connection wakes of those who sleep in accept. */

import { calm } from '../../exercises/check/silence.ts';
import { sleepsIn, switches, threads } from '../../lib/testing/proc.ts';
import { withServer } from './experiment.ts';
import type { Prediction } from './prediction.ts';

const THREADS = 4;

export const predictions: readonly Prediction[] = [
  {
    question:
      'Four threads sleep in accept4, on one listener. A client connects, and says nothing. How many of the four does the kernel wake?',
    read: 'chapters/07-prethreaded/README.md#who-gets-the-connection',
    experiment: (interrupted) =>
      withServer(
        '07-prethreaded',
        interrupted,
        async (talk, server) => {
          const { pid } = server;
          const inAccept = (): ReturnType<typeof threads> =>
            threads(pid).filter(({ tid }) => sleepsIn(pid, tid) === 'inet_csk_accept');
          await talk.until(() => inAccept().length === THREADS, {
            what: `${THREADS} threads in accept4`,
            instead: () => `there are ${inAccept().length}`,
          });
          const before = inAccept();
          await talk.client();
          await calm(server);
          // Whoever was woken has gone to sleep once more, be it that it has a client or that it has found none.
          const rows = before.map(({ tid, sleeps }) => [tid, sleeps, switches(pid, tid).sleeps] as const);
          const row = ([tid, once, now]: (typeof rows)[0]): string =>
            `${`${tid}`.padEnd(10)}${`${once}`.padStart(12)}${`${now}`.padStart(8)}   ${sleepsIn(pid, tid)}`;
          return {
            measured: `${rows.filter(([, once, now]) => now > once).length}`,
            seen: ['thread    slept before   after   sleeps in', ...rows.map(row)].join('\n'),
          };
        },
        { args: ['--threads', `${THREADS}`] },
      ),
  },
];
