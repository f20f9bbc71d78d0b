/** epoll workers are what their chapter says: who accepts, who gets what, and what the table counts. */

import test from 'ava';
import { hold } from '../../lib/testing/client.ts';
import { countListening } from '../../lib/testing/kernel.ts';
import { startServer } from '../../lib/testing/server.ts';
import { printedTally } from '../../lib/testing/tally.ts';
import { traces } from '../../lib/testing/traced.ts';

const SERVER = 'chapters/10-epoll-workers/server.ts';
const traceOf = traces(test);

for (const handoff of ['accept', 'reuseport', 'exclusive', 'shared']) {
  test.serial(
    `10-epoll-workers --handoff ${handoff} counts each connection once, for the worker that got it`,
    async (t) => {
      const server = await startServer(t, SERVER, { args: ['--workers', '3', '--handoff', handoff] });
      t.is(countListening(server), handoff === 'reuseport' ? 3 : 1);
      await hold(t, server, 12);
      t.is(await server.stop('SIGINT'), 0);
      const { rows, total } = printedTally(server);
      t.is(rows.length, 3);
      t.is(total.connections, 12);
      if (handoff === 'accept') {
        t.deepEqual(
          rows.map(({ connections }) => connections),
          [4, 4, 4],
        );
        t.is(total.wakeups, 0, 'no worker has a listener');
      } else t.true(total.wakeups! > 0);
      t.deepEqual(server.survivors, []);
    },
  );

  test.serial(
    `10-epoll-workers --handoff ${handoff}: ${handoff === 'accept' ? 'the main thread accepts' : 'workers accept'}`,
    async (t) => {
      const traced = await traceOf(SERVER, '--handoff', handoff);
      await hold(t, traced.server, 8);
      const accepting = new Set(
        traced
          .calls('accept4')
          .filter(({ result }) => result >= 0)
          .map(({ thread }) => thread),
      );
      t.is(accepting.has(0), handoff === 'accept');
      if (handoff === 'accept') t.is(accepting.size, 1);
      const reading = new Set(traced.calls('read').map(({ thread }) => thread));
      t.false(reading.has(0), 'the main thread reads from no connection');
    },
  );
}
