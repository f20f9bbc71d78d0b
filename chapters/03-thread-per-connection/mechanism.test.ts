/** Thread per connection is what its chapter says: seen in its system calls, and where threads come to an end. */

import { availableParallelism } from 'node:os';
import test from 'ava';
import { newAskers, served, servedBeforeBurns } from '../../lib/testing/asker.ts';
import { hold } from '../../lib/testing/client.ts';
import { headcount, settled } from '../../lib/testing/kernel.ts';
import { descriptors } from '../../lib/testing/proc.ts';
import { startServer, until } from '../../lib/testing/server.ts';
import { outlivesRefusals } from '../../lib/testing/tasks.ts';
import { traces } from '../../lib/testing/traced.ts';

const NAME = '03-thread-per-connection';
const SERVER = `chapters/${NAME}/server.ts`;
const traceOf = traces(test);

test.serial(
  `${NAME} accepts and closes in its main thread, and reads each connection in a thread of its own`,
  async (t) => {
    const traced = await traceOf(SERVER);
    const before = headcount(traced.server);
    const clients = await hold(t, traced.server, 4);
    await settled(traced.server);
    t.deepEqual(headcount(traced.server), { processes: before.processes, threads: before.threads + 4 });
    for (const client of clients) t.is((await client.end().rest()).length, 0);
    await traced.closed(4);
    const accepted = traced.calls('accept4').filter(({ result }) => result >= 0);
    t.is(accepted.length, 4);
    const fds = accepted.map(({ result }) => result);
    t.true([...accepted, ...traced.calls('close')].every(({ thread }) => thread === 0));
    t.deepEqual(
      traced
        .calls('close')
        .map(({ fd }) => fd)
        .sort(),
      [...fds].sort(),
      'each is closed once',
    );
    const readers = traced.calls('read', 'write').map(({ fd, thread }) => `${fd} by ${thread}`);
    t.is(new Set(readers).size, 4, 'each is read and written by one thread');
    t.is(new Set(traced.calls('read').map(({ thread }) => thread)).size, 4, 'which serves no other');
    t.false(traced.calls('read').some(({ thread }) => thread === 0));
  },
);

test.serial(`${NAME} --max-threads 2 lets the third client wait until one of two leaves`, async (t) => {
  const server = await startServer(t, SERVER, { args: ['--max-threads', '2'] });
  const askers = await newAskers(t, server, 4);
  t.deepEqual(await served(server, askers), askers.slice(0, 2), 'first come, first served');
  askers[1]!.client.close();
  await until(() => !askers[2]!.waits, 'the third is served');
  t.deepEqual(await served(server, askers.slice(2)), [askers[2]!]);
  askers[0]!.client.reset();
  await until(() => !askers[3]!.waits, 'and the fourth');
  t.deepEqual(server.stderr, []);
});

test.serial(`${NAME} answers a PING while twice as many burn as there are cores`, async (t) => {
  const server = await startServer(t, SERVER);
  const burners = await newAskers(t, server, Math.min(60, 2 * availableParallelism()));
  const askers = await newAskers(t, server, 2);
  t.is((await served(server, [...burners, ...askers])).length, burners.length + 2);
  t.deepEqual(await servedBeforeBurns(server, askers, burners, async () => []), askers);
});

test.serial(`${NAME} has no more threads than it has descriptors for, and says so`, async (t) => {
  const limit = 100;
  const server = await startServer(t, SERVER, { descriptors: limit });
  const [, number] = await server.line(/: (\d+) threads at a time, not 64: each takes \d+ descriptors/);
  const threads = Number(number);
  const askers = await newAskers(t, server, threads + 2);
  t.deepEqual(await served(server, askers), askers.slice(0, threads));
  t.true(descriptors(server.pid).filter((fd) => fd < limit).length < limit, 'some are left');
  t.is(server.stderr.length, 1);
});

test.serial(`${NAME} tells that a thread could not start, closes that connection, and goes on`, async (t) => {
  await outlivesRefusals(t, SERVER, /^03-thread-per-connection: a client lost its thread \(EAGAIN\)$/);
});
