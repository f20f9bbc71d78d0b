/** Process per connection is what its chapter says: seen in /proc, and where processes come to an end. */

import test from 'ava';
import { FIRST_INHERITED } from '../../lib/program/child.ts';
import { newAskers, served } from '../../lib/testing/asker.ts';
import { ask, hold } from '../../lib/testing/client.ts';
import { demonstrate } from '../../lib/testing/demonstration.ts';
import { children, members, openDescriptors, zombies } from '../../lib/testing/footprint.ts';
import { ESTABLISHED, ends, settled } from '../../lib/testing/kernel.ts';
import { descriptors, target } from '../../lib/testing/proc.ts';
import { type Server, startServer, until } from '../../lib/testing/server.ts';
import { outlivesRefusals } from '../../lib/testing/tasks.ts';
import { traces } from '../../lib/testing/traced.ts';

const NAME = '04-process-per-connection';
const SERVER = `chapters/${NAME}/server.ts`;
const traceOf = traces(test);

/** Which of a server's connections a process has open, as /proc names them. */
function connections(server: Server, pid: number): string[] {
  const sockets = ends(server.port).flatMap(({ state, inode }) => (state === ESTABLISHED ? [`socket:[${inode}]`] : []));
  return descriptors(pid)
    .map((fd) => target(pid, fd))
    .filter((name) => sockets.includes(name));
}

test.serial(`${NAME} hands each connection to a child of its own, and keeps none`, async (t) => {
  const traced = await traceOf(SERVER);
  const { server } = traced;
  const clients = await hold(t, server, 4);
  const pids = children(server);
  t.is(pids.length, 4);
  t.deepEqual(connections(server, server.pid), [], 'the parent has closed its own');
  const theirs = pids.map((pid) => connections(server, pid));
  t.deepEqual(
    theirs.map(({ length }) => length),
    [1, 1, 1, 1],
    'each child has one',
  );
  t.is(new Set(theirs.flat()).size, 4, 'and no two the same');
  t.deepEqual(
    pids.map((pid) => target(pid, FIRST_INHERITED)),
    theirs.flat(),
    'it has come as the first descriptor that is handed over',
  );
  t.true(traced.calls('accept4', 'close').every(({ pid }) => pid === server.pid));
  t.deepEqual([...new Set(traced.calls('read').map(({ pid }) => pid))].sort(), [...pids].sort());
  for (const client of clients) t.is((await client.end().rest()).length, 0, 'the end of its child is the end of it');
});

test.serial(`${NAME} leaves no child and no zombie behind its clients`, async (t) => {
  const server = await startServer(t, SERVER);
  await settled(server);
  const before = openDescriptors(server);
  for (let i = 0; i < 5; i++) {
    await Promise.all(Array.from({ length: 4 }, () => ask(t, server, 'PING\n')));
  }
  await until(() => members(server).length === 1 && zombies(server).length === 0, 'only the parent is there');
  t.is(openDescriptors(server), before);
  t.deepEqual(server.stderr, []);
});

test.serial(`${NAME} outlives its children: a client sees the end of its own, the others notice nothing`, async (t) => {
  const server = await startServer(t, SERVER);
  const [client, ...others] = await hold(t, server, 3);
  for (const pid of children(server)) process.kill(pid, 'SIGINT'); // Ctrl-C reaches them too: it is not for them
  t.is(await client!.send('PING\n').line(), 'PONG');
  const [first] = ends(server.port).filter(({ peer }) => peer === client!.socket.localPort);
  const pid = children(server).find((child) => target(child, FIRST_INHERITED) === `socket:[${first!.inode}]`)!;
  process.kill(pid, 'SIGKILL');
  t.is((await client!.rest()).length, 0);
  t.truthy(await server.line(new RegExp(`^${NAME}: child ${pid} ended \\(SIGKILL\\)$`)));
  for (const other of others) t.is(await other.send('PING\n').line(), 'PONG');
  t.is(await ask(t, server, 'PING\n'), 'PONG\n');
  t.is(server.stderr.length, 1);
});

test.serial(`${NAME} --max-children 2 lets the third client wait until one of two leaves`, async (t) => {
  const server = await startServer(t, SERVER, { args: ['--max-children', '2'] });
  const askers = await newAskers(t, server, 4);
  t.deepEqual(await served(server, askers), askers.slice(0, 2), 'first come, first served');
  t.is(children(server).length, 2);
  askers[1]!.client.close();
  await until(() => !askers[2]!.waits, 'the third is served');
  t.deepEqual(await served(server, askers.slice(2)), [askers[2]!]);
  askers[0]!.client.reset();
  await until(() => !askers[3]!.waits, 'and the fourth');
  t.deepEqual(server.stderr, []);
});

test.serial(`${NAME} tells that a child could not start, closes that connection, and goes on`, async (t) => {
  await outlivesRefusals(t, SERVER, /^04-process-per-connection: no child for a client \(.* EAGAIN\)/);
});

test.serial('fork.ts outlives the child that it forks, and leaves nobody behind', async (t) => {
  const lines = await demonstrate(t, `chapters/${NAME}/fork.ts`);
  const text = lines.join('\n');
  const [, all, , withheld] =
    /has ([\d.]+) MiB in RAM, among them a JavaScript heap of ([\d.]+) MiB\.\n([\d.]+) MiB are in mappings/.exec(
      text,
    ) ?? [];
  t.true(Number(withheld) > 0 && Number(withheld) < Number(all), text);
  t.is(lines.filter((line) => line.startsWith('Now it calls fork()')).length, 1, 'said once, by one process');
  const [pid] = /\d+/.exec(lines[0]!)!;
  t.regex(lines.at(-2)!, /^Child \d+ (never reached its only line: SIG[A-Z]+ ended it|did not reach|reached)/);
  t.is(lines.at(-1), `Process ${pid} lives.`);
});
