/** Descriptor passing is what its chapter says: seen in its system calls, and in /proc. */

import { execFileSync } from 'node:child_process';
import test, { type ExecutionContext } from 'ava';
import { EPIPE } from '../../lib/sys/errors.ts';
import { ask, type Client, connectTo, hold } from '../../lib/testing/client.ts';
import { children, openDescriptors, sum, zombies } from '../../lib/testing/footprint.ts';
import { ends, settled } from '../../lib/testing/kernel.ts';
import { descriptors, target, threads } from '../../lib/testing/proc.ts';
import { type Server, startServer, until } from '../../lib/testing/server.ts';
import { printedTally } from '../../lib/testing/tally.ts';
import { type Traced, traces } from '../../lib/testing/traced.ts';

const SERVER = 'chapters/06-descriptor-passing/server.ts';
const traceOf = traces(test);

/** A client that has been served, and the child that has it. */
interface Served {
  readonly client: Client;
  readonly child: number;
}

/** The pids of those that were handed a connection, in that order. */
function handed(traced: Traced): number[] {
  return traced.calls('recvmsg').flatMap(({ pid, result }) => (result >= 0 ? [pid] : []));
}

/** Connects, is served, and stays. The parent has heard of everything that was before. */
async function visit(t: ExecutionContext, traced: Traced): Promise<Served> {
  await settled(traced.server);
  const [client] = (await hold(t, traced.server, 1)) as [Client];
  return { client, child: handed(traced).at(-1)! };
}

async function leave(t: ExecutionContext, traced: Traced, { client }: Served): Promise<void> {
  t.is((await client.end().rest()).length, 0);
  await settled(traced.server);
}

test.serial(
  '06-descriptor-passing accepts in the parent, reads in the children, and passes each connection once',
  async (t) => {
    const traced = await traceOf(SERVER);
    const { server } = traced;
    const clients = await hold(t, server, 4);
    for (const client of clients) t.is((await client.end().rest()).length, 0);
    await traced.closed(8); // one by the parent and one by a child, for each of them
    const pids = (call: string): number[] =>
      traced.calls(call).flatMap(({ pid, result }) => (result >= 0 ? [pid] : []));
    t.deepEqual(pids('accept4'), Array<number>(4).fill(server.pid));
    t.deepEqual(pids('sendmsg'), Array<number>(4).fill(server.pid));
    t.deepEqual(pids('recvmsg').sort(), children(server).sort(), 'each child took one');
  },
);

test.serial('06-descriptor-passing accepts nobody while no child is free', async (t) => {
  const traced = await traceOf(SERVER, '--children', '2');
  const { server } = traced;
  const [first] = (await hold(t, server, 2)) as [Client];
  await settled(server);
  traced.forget();
  const waiting = [await connectTo(t, server), await connectTo(t, server)];
  for (const client of waiting) client.send('PING\n');
  await settled(server);
  t.deepEqual(traced.calls('accept4', 'sendmsg', 'recvmsg'), [], 'it does not even ask');
  const inBacklog = ends(server.port).filter(({ unread, inode }) => unread > 0 && inode === 0);
  t.is(inBacklog.length, 2, 'both are in the backlog, and what they said lies unread');
  t.is((await first.end().rest()).length, 0);
  t.is(await waiting[0]!.line(), 'PONG', 'one leaves, and one is served');
  await settled(server);
  t.is(traced.calls('accept4').length, 1, 'and no more than one is accepted');
});

/** Each of three children is busy for a time that lies within that of the one before. @returns them, busiest first */
async function nested(t: ExecutionContext, traced: Traced): Promise<number[]> {
  const longest = await visit(t, traced);
  const longer = await visit(t, traced);
  const short = await visit(t, traced);
  for (const served of [short, longer, longest]) await leave(t, traced, served);
  return [longest.child, longer.child, short.child];
}

const orders: Record<string, (busiestFirst: number[]) => number[]> = {
  'round-robin': (busiestFirst) => busiestFirst, // as their turn was
  'least-busy': (busiestFirst) => [...busiestFirst].reverse(),
};
for (const [policy, expected] of Object.entries(orders)) {
  test.serial(
    `06-descriptor-passing --policy ${policy} chooses among the free children as its name says`,
    async (t) => {
      const traced = await traceOf(SERVER, '--children', '3', '--policy', policy);
      const busiestFirst = await nested(t, traced);
      t.is(new Set(busiestFirst).size, 3);
      const next = [await visit(t, traced), await visit(t, traced), await visit(t, traced)];
      t.deepEqual(
        next.map(({ child }) => child),
        expected(busiestFirst),
      );
    },
  );
}

test.serial('06-descriptor-passing --policy round-robin passes over those that are busy', async (t) => {
  const traced = await traceOf(SERVER, '--policy', 'round-robin');
  const first = await visit(t, traced);
  const [second, third, fourth] = [await visit(t, traced), await visit(t, traced), await visit(t, traced)];
  for (const served of [first, third]) await leave(t, traced, served);
  const next: number[] = [];
  for (let i = 0; i < 4; i++) {
    const served = await visit(t, traced);
    next.push(served.child);
    await leave(t, traced, served);
  }
  t.deepEqual(next, [first.child, third.child, first.child, third.child]);
  t.false(next.includes(second.child) || next.includes(fourth.child));
});

test.serial('06-descriptor-passing keeps no copy: a connection belongs to its child alone', async (t) => {
  const server = await startServer(t, SERVER);
  await settled(server);
  const before = openDescriptors(server);
  const [client] = (await hold(t, server, 1)) as [Client];
  await settled(server);
  const inode = ends(server.port).find(({ peer }) => peer === client.socket.localPort)?.inode;
  const holders = [server.pid, ...children(server)].filter((pid) =>
    descriptors(pid).some((fd) => target(pid, fd) === `socket:[${inode}]`),
  );
  t.is(holders.length, 1);
  t.true(children(server).includes(holders[0]!));
  t.is((await client.end().rest()).length, 0, 'so the client sees the end when that child closes it');
  for (let i = 0; i < 50; i++) t.is(await ask(t, server, 'PING\n'), 'PONG\n');
  await settled(server);
  t.is(openDescriptors(server), before, 'and none is left open anywhere');
});

test.serial('06-descriptor-passing says what is lost with a child, replaces it, and counts on', async (t) => {
  const server = await startServer(t, SERVER, { args: ['--children', '2'] });
  await settled(server);
  const before = openDescriptors(server);
  const [client] = (await hold(t, server, 1)) as [Client];
  await settled(server);
  const inode = `socket:[${ends(server.port).find(({ peer }) => peer === client.socket.localPort)?.inode}]`;
  const has = (pid: number): boolean => descriptors(pid).some((fd) => target(pid, fd) === inode);
  const busy = children(server).find((pid) => has(pid))!;
  const idle = children(server).find((pid) => !has(pid))!;
  process.kill(busy, 'SIGKILL');
  process.kill(idle, 'SIGKILL');
  await server.line(
    new RegExp(`^06-descriptor-passing: child ${busy} ended \\(SIGKILL\\) with a connection in hand, which is lost; `),
  );
  await server.line(new RegExp(`^06-descriptor-passing: child ${idle} ended \\(SIGKILL\\); another takes its place$`));
  t.is((await client.rest()).length, 0, 'its client sees the end');
  for (const again of await hold(t, server, 2)) again.close();
  const pids = children(server);
  t.false(pids.includes(busy) || pids.includes(idle));
  await settled(server);
  t.is(openDescriptors(server), before, 'nothing is left of the channels of those who ended');
  t.is(await server.stop('SIGTERM'), 0);
  const { rows, total } = printedTally(server);
  t.deepEqual(rows.map(({ pid }) => pid).sort(), pids.sort());
  t.is(total.connections, 3);
  t.is(server.stderr.length, 2);
});

test.serial('06-descriptor-passing loses no connection when those who were free have just ended', async (t) => {
  const traced = await traceOf(SERVER, '--children', '1');
  const { server } = traced;
  for (let round = 0; round < 2; round++) {
    await settled(server);
    process.kill(server.pid, 'SIGSTOP'); // it learns of all that comes now at once, in whatever order
    const client = await connectTo(t, server);
    const [child] = children(server) as [number];
    process.kill(child, 'SIGKILL');
    const ended = (): boolean => threads(child).length === 1 && zombies(server).length === 1;
    await until(ended, 'the last thread of the child has ended, and so the channel; nobody has reaped it');
    client.send('PING\n');
    process.kill(server.pid, 'SIGCONT');
    t.is(await client.line(), 'PONG');
    t.is((await client.end().rest()).length, 0);
  }
  const sent = traced.calls('sendmsg').map(({ result }) => result);
  t.true(
    sent.every((result) => result === 1 || result === -EPIPE),
    `${sent}`,
  );
  t.is(traced.calls('accept4').filter(({ result }) => result >= 0).length, 2, 'each was accepted once');
});

test.serial(
  '06-descriptor-passing outlives that a child has no number left for a connection, and says so',
  async (t) => {
    const server = await startServer(t, SERVER, { args: ['--children', '1'] });
    await settled(server);
    const [child] = children(server) as [number];
    execFileSync('prlimit', ['--pid', `${child}`, '--nofile=1:4096']);
    const client = await connectTo(t, server);
    t.is((await client.rest()).length, 0, 'the connection is closed');
    await server.line(
      new RegExp(`^06-descriptor-passing: child ${child} has no descriptor left; a connection is lost$`),
    );
    execFileSync('prlimit', ['--pid', `${child}`, '--nofile=4096:4096']);
    t.is(await ask(t, server, 'PING\n'), 'PONG\n');
    t.deepEqual(children(server), [child], 'by the same child');
  },
);

const told: Record<string, (server: Server) => void> = {
  SIGTERM: ({ pid }) => process.kill(pid, 'SIGTERM'),
  'Ctrl-C, which its children hear too': ({ pid }) => process.kill(-pid, 'SIGINT'),
};
for (const [how, tell] of Object.entries(told)) {
  test.serial(`06-descriptor-passing prints how many connections each child served, at ${how}`, async (t) => {
    const server = await startServer(t, SERVER);
    const clients = await hold(t, server, 4);
    for (const client of clients) t.is((await client.end().rest()).length, 0);
    for (let i = 0; i < 20; i++) await ask(t, server, 'PING\n');
    await hold(t, server, 1);
    const pids = children(server);
    tell(server);
    t.is(await server.ended, 0);
    const { rows, total } = printedTally(server);
    t.deepEqual(
      rows.map(({ child }) => child),
      [1, 2, 3, 4],
    );
    t.deepEqual(rows.map(({ pid }) => pid).sort(), pids.sort());
    t.is(sum(rows.map(({ connections }) => connections!)), 25);
    t.is(total.connections, 25);
    t.deepEqual(server.survivors, []);
    t.deepEqual(server.stderr, []);
  });
}
