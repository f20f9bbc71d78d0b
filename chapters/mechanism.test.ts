/** Each chapter's server is what its chapter says: seen in its system calls, and in /proc. */

import test, { type ExecutionContext } from 'ava';
import { EAGAIN } from '../lib/sys/errors.ts';
import { FD_SETSIZE } from '../lib/sys/select.ts';
import { ask, type Client, connectTo, hold } from '../lib/testing/client.ts';
import { children, members, openDescriptors, processorTime, sum } from '../lib/testing/footprint.ts';
import { settled } from '../lib/testing/kernel.ts';
import { bytesRead, descriptors, target, threads } from '../lib/testing/proc.ts';
import { startServer, until } from '../lib/testing/server.ts';
import { Traced } from '../lib/testing/traced.ts';
import { serverChapters } from './servers.ts';

/** What a trace must show of a chapter's server. */
interface Mechanism {
  /** Calls that it makes … */
  readonly makes: readonly string[];
  /** … and never makes. */
  readonly never: readonly string[];
  /** All connections are accepted, read and written by one thread of one process. */
  readonly oneThread: boolean;
}

const CALLS: Record<string, Mechanism> = {
  '01-iterative': {
    makes: ['accept4', 'read', 'write', 'close'],
    never: ['select', 'poll', 'epoll_wait', 'epoll_ctl'],
    oneThread: true,
  },
  '02-select': {
    makes: ['select', 'accept4', 'read', 'write', 'close'],
    never: ['poll', 'epoll_ctl', 'epoll_wait', 'nanosleep'],
    oneThread: true,
  },
  '05-prefork': {
    makes: ['accept4', 'read', 'write', 'close'],
    never: ['select', 'poll', 'epoll_wait', 'epoll_ctl'],
    oneThread: false,
  },
  '09-epoll': {
    makes: ['epoll_ctl', 'epoll_wait', 'accept4', 'read', 'write', 'close'],
    never: ['select', 'poll', 'nanosleep'],
    oneThread: true,
  },
};
/** How often a server may go to sleep, in all its threads, while it does nothing but let a WAIT pass. */
const SLEEPS = 50;
/** How much of one processor it may use meanwhile. */
const IDLE = 0.2;

const chapters = serverChapters();
const pathOf = (name: string): string => `chapters/${name}/server.ts`;
const has = (name: string): boolean => chapters.some((chapter) => chapter.name === name);

const launched = new Map<string, Promise<Traced>>();
test.after.always(() => Promise.all([...launched.values()].map(async (traced) => (await traced).kill())));

/** A chapter's server with a trace, the same in each test, which has forgotten what was before. */
async function traceOf(name: string, ...args: string[]): Promise<Traced> {
  const words = [name, ...args].join(' ');
  const launching = launched.get(words) ?? Traced.launch(pathOf(name), args);
  launched.set(words, launching);
  const traced = await launching;
  await settled(traced.server);
  traced.forget();
  return traced;
}

/** Takes turns with each client, so that the server does with one request after another. */
async function pingAll(t: ExecutionContext, clients: readonly Client[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const client of clients) t.is(await client.send('PING\n').line(), 'PONG');
  }
}

for (const { name } of chapters) {
  const mechanism = CALLS[name];
  if (mechanism === undefined) {
    test.todo(`${name} makes the calls that it is about: give it a line in CALLS`);
    continue;
  }
  test.serial(`${name} makes the calls that it is about`, async (t) => {
    const traced = await traceOf(name);
    await Promise.all(Array.from({ length: 4 }, () => ask(t, traced.server, 'PING\nWAIT 1\nPING\n')));
    await traced.closed(4);
    const calls = traced.calls();
    const made = new Set(calls.map(({ call }) => call));
    for (const call of mechanism.makes) t.true(made.has(call), `it makes ${call}`);
    for (const call of mechanism.never) t.false(made.has(call), `it makes no ${call}`);
    const workers = new Set(calls.map(({ pid, thread }) => `${pid} ${thread}`));
    if (mechanism.oneThread) t.deepEqual([...workers], [`${traced.server.pid} 0`]);
  });
}

for (const { name } of chapters) {
  test.serial(`${name} sleeps while it waits`, async (t) => {
    const { server } = await traceOf(name);
    const sleeps = (): number => sum(members(server).flatMap(({ pid }) => threads(pid).map((thread) => thread.sleeps)));
    const [client] = (await hold(t, server, 1)) as [Client];
    const [slept, used, began] = [sleeps(), processorTime(server), performance.now()];
    t.is(await client.send('WAIT 500\n').line(), 'DONE');
    const share = (processorTime(server) - used) / (performance.now() - began);
    t.true(share < IDLE, `it used ${Math.round(100 * share)}% of a processor`);
    t.true(sleeps() - slept < SLEEPS, `it went to sleep ${sleeps() - slept} times`);
    t.is((await client.end().rest()).length, 0);
  });
}

for (const { name } of chapters.filter((chapter) => CALLS[chapter.name]?.oneThread)) {
  test.serial(`${name} reads all that clients send in one thread, as /proc counts it`, async (t) => {
    const { server } = await traceOf(name);
    t.deepEqual(
      members(server).map(({ pid }) => pid),
      [server.pid],
    );
    const tids = threads(server.pid).map(({ tid }) => tid); // Node has others, which have no part in this
    const before = tids.map((tid) => bytesRead(server.pid, tid));
    const request = `ECHO ${'x'.repeat(1000)}\n`;
    await Promise.all(Array.from({ length: 20 }, () => ask(t, server, request.repeat(10))));
    const grown = tids.map((tid, i) => [tid, bytesRead(server.pid, tid) - before[i]!] as const);
    t.deepEqual(
      grown.filter(([, bytes]) => bytes >= request.length),
      [[server.pid, 200 * request.length]],
    );
  });
}

if (has('01-iterative')) {
  test.serial('01-iterative is done with one connection before it accepts the next', async (t) => {
    const traced = await traceOf('01-iterative');
    const clients = await Promise.all(Array.from({ length: 5 }, () => connectTo(t, traced.server)));
    for (const client of clients) client.send('PING\nPING\n'); // all are here, and have asked, before the first is served
    for (const client of clients) t.is((await client.end().rest()).toString(), 'PONG\nPONG\n');
    await traced.closed(5);
    let at = -1;
    for (const { call, fd, result } of traced.calls('accept4', 'read', 'write', 'close')) {
      if (call !== 'accept4') t.is(fd, at, `${call} is on the connection that was accepted last`);
      else t.is(at, -1, 'nobody is being served');
      if (call === 'accept4') at = result;
      if (call === 'close') at = -1;
    }
    t.is(traced.calls('accept4').length, 5);
  });
}

if (has('02-select')) {
  test.serial('02-select reads no more often than select said', async (t) => {
    const traced = await traceOf('02-select');
    const clients = await hold(t, traced.server, 8);
    await pingAll(t, clients, 10);
    for (const client of clients) client.close();
    await traced.closed(8);
    let ready = 0;
    for (const { call, result } of traced.calls('select', 'read')) {
      ready = call === 'select' ? result : ready - 1;
      t.true(ready >= (call === 'select' ? 1 : 0), 'each select finds somebody, and only those are read from');
    }
    t.is(traced.calls('read').length, 8 * 12, 'one read for each request and each end');
  });

  test.serial('02-select serves as many as FD_SETSIZE has room for, and says why no more', async (t) => {
    const server = await startServer(t, pathOf('02-select'));
    await settled(server);
    const used = (): number => descriptors(server.pid).filter((fd) => fd < FD_SETSIZE).length;
    const places = FD_SETSIZE - used();
    const clients = await Promise.all(Array.from({ length: 1100 }, () => connectTo(t, server)));
    const answer = async (client: Client): Promise<string> => {
      try {
        return await client.send('PING\n').line();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === undefined) throw error; // neither an answer nor an end
        return '';
      }
    };
    const answers = await Promise.all(clients.map(answer));
    t.deepEqual([...new Set(answers)].sort(), ['', 'PONG']);
    const served = clients.filter((_, i) => answers[i] === 'PONG');
    t.is(served.length, places);
    await server.line(/connection refused \(1 so far\): its descriptor is 1024, .*FD_SETSIZE = 1024/);
    t.true(server.stderr.length < 10, 'it does not say so each time');
    await pingAll(t, served, 1);
    served.shift()!.close();
    await until(() => used() < FD_SETSIZE, 'a place is free');
    await hold(t, server, 1);
  });

  test.serial('02-select with --big-sets serves 1,100 at once', async (t) => {
    const server = await startServer(t, pathOf('02-select'), { args: ['--big-sets'] });
    await pingAll(t, await hold(t, server, 1100), 1);
    t.deepEqual(server.stderr, []);
  });
}

if (has('05-prefork')) {
  for (const [count, ...args] of [[4], [3, '--children', '3']] as const) {
    test.serial(`05-prefork serves ${count} clients in ${count} processes, which share one listener`, async (t) => {
      const traced = await traceOf('05-prefork', ...args);
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
}

if (has('09-epoll')) {
  for (const mode of ['level', 'edge']) {
    const start = (): Promise<Traced> => traceOf('09-epoll', ...(mode === 'level' ? [] : ['--mode', mode]));

    test.serial(`09-epoll --mode ${mode} tells the kernel of a connection once, and of a request never`, async (t) => {
      const traced = await start();
      const clients = await hold(t, traced.server, 20);
      await pingAll(t, clients, 5);
      for (const client of clients) client.close();
      await traced.closed(20);
      t.is(traced.calls('epoll_ctl').length, 20);
      t.is(traced.calls('write').length, 20 * 6, 'one for each request');
      const again = traced.calls('read').filter(({ result }) => result === -EAGAIN);
      if (mode === 'level') t.is(again.length, 0, 'it reads only when it was told to');
      else t.true(again.length > 0, 'it reads until there is nothing left');
    });

    test.serial(`09-epoll --mode ${mode} notices a client that is gone during a long WAIT`, async (t) => {
      const { server } = await start();
      const before = openDescriptors(server);
      const client = await connectTo(t, server);
      t.is(await client.send('PING\nWAIT 600000\n').line(), 'PONG');
      client.reset();
      await until(() => openDescriptors(server) === before, 'the connection is closed');
    });
  }
}
