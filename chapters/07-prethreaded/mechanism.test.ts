/** Prethreaded is what its chapter says: seen in its system calls, in /proc, and in what it prints. */

import test from 'ava';
import { ask, type Client, connectTo, hold } from '../../lib/testing/client.ts';
import { members, sum } from '../../lib/testing/footprint.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { sleepsIn, threads } from '../../lib/testing/proc.ts';
import { type Server, startServer } from '../../lib/testing/server.ts';
import { printedTally } from '../../lib/testing/tally.ts';
import { traces } from '../../lib/testing/traced.ts';

const SERVER = 'chapters/07-prethreaded/server.ts';
const traceOf = traces(test);

/** How many threads of a server sleep in accept. */
function accepting({ pid }: Server): number {
  return threads(pid).filter(({ tid }) => sleepsIn(pid, tid) === 'inet_csk_accept').length;
}

const ways: readonly (readonly [number, ...string[]])[] = [
  [4],
  [20, '--threads', '20'], // more than Node expects to listen to one stream
  [4, '--mutex'],
  [3, '--threads', '3', '--mutex'],
];
for (const [count, ...args] of ways) {
  const mutex = args.includes('--mutex');
  const way = ['07-prethreaded', ...args].join(' ');

  test.serial(
    `${way} serves ${count} clients in ${count} threads of one process, and none in the main thread`,
    async (t) => {
      const traced = await traceOf(SERVER, ...args);
      const { server } = traced;
      const clients = await hold(t, server, count);
      t.deepEqual(server.stderr, []);
      t.deepEqual(
        members(server).map(({ pid }) => pid),
        [server.pid],
      );
      const accepted = traced.calls('accept4').filter(({ result }) => result >= 0);
      t.deepEqual([...new Set(accepted.map(({ pid }) => pid))], [server.pid]);
      t.is(new Set(accepted.map(({ thread }) => thread)).size, count, 'each of them accepted one');
      t.is(new Set(accepted.map(({ fd }) => fd)).size, 1, 'all of them from one listener, by the same number');
      for (const client of clients) t.is((await client.end().rest()).length, 0);
      await traced.closed(count);
      const workers = new Set(traced.calls().map(({ thread }) => thread));
      t.false(workers.has(0), 'the main thread makes none of these calls');
      t.is(workers.size, count);
    },
  );

  test.serial(`${way} has ${mutex ? 'one thread' : 'every free thread'} asleep in accept`, async (t) => {
    const { server } = await traceOf(SERVER, ...args);
    for (let held = 0; ; held++) {
      await settled(server);
      t.is(accepting(server), mutex ? Math.min(1, count - held) : count - held, `${held} are being served`);
      if (held === count) break;
      t.is(await (await connectTo(t, server)).send('PING\n').line(), 'PONG');
    }
  });
}

test.serial('07-prethreaded wakes the thread that has slept longest: idle threads take turns', async (t) => {
  const traced = await traceOf(SERVER, '--threads', '3');
  const { server } = traced;
  for (let i = 0; i < 9; i++) {
    t.is(await ask(t, server, 'PING\n'), 'PONG\n');
    await settled(server); // it sleeps in accept again, behind the others
  }
  const order = traced.calls('accept4').map(({ thread }) => thread);
  t.is(new Set(order.slice(0, 3)).size, 3);
  t.deepEqual(order, [...order.slice(0, 3), ...order.slice(0, 3), ...order.slice(0, 3)]);
});

const told: Record<string, NodeJS.Signals> = { SIGTERM: 'SIGTERM', 'Ctrl-C': 'SIGINT' };
for (const args of [[], ['--mutex']]) {
  for (const [how, signal] of Object.entries(told)) {
    const way = ['07-prethreaded', ...args].join(' ');
    test.serial(`${way} prints at ${how} how many connections each thread served, and loses no count`, async (t) => {
      const server = await startServer(t, SERVER, { args });
      for (const client of await hold(t, server, 4)) t.is((await client.end().rest()).length, 0); // one for each
      // One by one and many at once; when all have been answered to the end, all have been counted.
      for (let i = 0; i < 50; i++) t.is(await ask(t, server, 'PING\n'), 'PONG\n');
      for (let round = 0; round < 10; round++) {
        await Promise.all(Array.from({ length: 40 }, () => ask(t, server, 'PING\n')));
      }
      const [client] = (await hold(t, server, 1)) as [Client]; // at its end a thread sleeps in read, the others in accept
      t.is(await client.send('PING\n').line(), 'PONG');
      t.is(await server.stop(signal), 0);
      const { rows, total } = printedTally(server);
      t.deepEqual(
        rows.map(({ thread }) => thread),
        [1, 2, 3, 4],
      );
      t.true(rows.every(({ connections }) => connections! > 0));
      t.is(sum(rows.map(({ connections }) => connections!)), 455);
      t.is(total.connections, 455);
      if (args.length === 0) t.false('waited' in total);
      else t.true(total.waited! >= 3, 'three had to wait for the lock from the beginning');
      t.deepEqual(server.stderr, []);
      t.deepEqual(server.survivors, []);
    });
  }
}
