/** Prefork is what its chapter says: seen in its system calls, and in /proc. */

import test from 'ava';
import { ask, hold } from '../../lib/testing/client.ts';
import { children, members, sum } from '../../lib/testing/footprint.ts';
import { descriptors, target } from '../../lib/testing/proc.ts';
import { type Server, startServer, until } from '../../lib/testing/server.ts';
import { printedTally } from '../../lib/testing/tally.ts';
import { traces } from '../../lib/testing/traced.ts';

const SERVER = 'chapters/05-prefork/server.ts';
const traceOf = traces(test);

for (const [count, ...args] of [[4], [3, '--children', '3']] as const) {
  test.serial(`05-prefork serves ${count} clients in ${count} processes, which share one listener`, async (t) => {
    const traced = await traceOf(SERVER, ...args);
    const { server } = traced;
    await hold(t, server, count);
    t.is(members(server).length, count + 1);
    const accepted = traced.calls('accept4').filter(({ result }) => result >= 0);
    t.deepEqual(accepted.map(({ pid }) => pid).sort(), children(server).sort(), 'each child accepted one');
    const sockets = new Set(accepted.map(({ pid, fd }) => target(pid, fd)));
    t.is(sockets.size, 1, 'all of them from one socket');
    t.true(
      descriptors(server.pid).some((fd) => sockets.has(target(server.pid, fd))),
      "which is the parent's too",
    );
  });
}

const told: Record<string, (server: Server) => void> = {
  SIGTERM: ({ pid }) => process.kill(pid, 'SIGTERM'),
  'Ctrl-C, which its children hear too': ({ pid }) => process.kill(-pid, 'SIGINT'),
};
for (const [how, tell] of Object.entries(told)) {
  test.serial(`05-prefork prints how many connections each child served, at ${how}`, async (t) => {
    const server = await startServer(t, SERVER);
    const clients = await hold(t, server, 4);
    for (const client of clients) await client.end().rest();
    for (let i = 0; i < 20; i++) await ask(t, server, 'PING\n');
    const pids = children(server);
    tell(server);
    t.is(await server.ended, 0);
    const { rows, total } = printedTally(server);
    t.deepEqual(rows.map(({ pid }) => pid).sort(), pids.sort());
    t.true(rows.every(({ connections }) => connections! > 0));
    t.is(sum(rows.map(({ connections }) => connections!)), 24);
    t.is(total.connections, 24);
    t.deepEqual(server.survivors, []);
    t.deepEqual(server.stderr, []);
  });
}

test.serial('05-prefork replaces a child that was killed, and counts on', async (t) => {
  const server = await startServer(t, SERVER, { args: ['--children', '3'] });
  const clients = await hold(t, server, 3);
  for (const pid of children(server)) process.kill(pid, 'SIGINT'); // Ctrl-C reaches them too: it is not for them
  for (const client of clients) t.is(await client.send('PING\n').line(), 'PONG');
  const [killed, ...others] = children(server);
  process.kill(killed!, 'SIGKILL');
  t.truthy(await server.line(new RegExp(`child ${killed} ended \\(SIGKILL\\)`)));
  const answers = await Promise.all(
    clients.map((client) =>
      client
        .send('PING\n')
        .line()
        .catch(() => 'reset'),
    ),
  );
  t.is(answers.filter((answer) => answer === 'PONG').length, 2, 'the other children serve on');
  for (const client of clients) client.close();
  await hold(t, server, 3);
  const pids = children(server);
  t.is(pids.length, 3);
  t.true(others.every((pid) => pids.includes(pid)) && !pids.includes(killed!), 'one of them is new');
  t.is(await server.stop('SIGINT'), 0);
  const { rows, total } = printedTally(server);
  t.deepEqual(rows.map(({ pid }) => pid).sort(), pids.sort());
  t.deepEqual(
    rows.map(({ connections }) => connections),
    [2, 2, 2],
  );
  t.is(total.connections, 6);
});

test.serial(
  '05-prefork serves on, replaces its children and ends in order when nobody reads what it prints',
  async (t) => {
    const server = await startServer(t, SERVER, { args: ['--children', '2'] });
    server.deafen(); // each line that it prints fails with EPIPE, as it would with ENOSPC on a full disk
    const [first, second] = children(server);
    process.kill(first!, 'SIGKILL');
    await until(() => children(server).length === 2 && !children(server).includes(first!), 'another takes its place');
    t.true(children(server).includes(second!));
    await hold(t, server, 2);
    t.is(await server.stop('SIGINT'), 0); // and prints its table, to nobody
    t.deepEqual(server.survivors, []);
  },
);

test.serial('05-prefork does not wait for the time of a restart before it ends', async (t) => {
  const server = await startServer(t, SERVER);
  const [young] = children(server);
  // It would be replaced after a second, because it has lived for less; whoever ends earlier has not waited for that.
  let restarted = false;
  const restart = setTimeout(() => {
    restarted = true;
  }, 1000);
  process.kill(young!, 'SIGKILL');
  await server.line(new RegExp(`child ${young} ended`));
  t.is(await server.stop('SIGINT'), 0);
  t.false(restarted);
  clearTimeout(restart);
  t.deepEqual(server.survivors, []);
});
