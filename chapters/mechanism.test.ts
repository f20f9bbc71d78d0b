/** Each chapter's server is what its chapter says: seen in its system calls, and in /proc. */

import test from 'ava';
import { ask, type Client, hold } from '../lib/testing/client.ts';
import { members, processorTime } from '../lib/testing/footprint.ts';
import { bytesRead, threads } from '../lib/testing/proc.ts';
import { traces } from '../lib/testing/traced.ts';
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

const WAITS = ['select', 'poll', 'epoll_wait', 'epoll_ctl'] as const;
const blocking: Mechanism = { makes: ['accept4', 'read', 'write', 'close'], never: WAITS, oneThread: false };
const others = (...own: string[]): string[] => ['nanosleep', ...WAITS.filter((call) => !own.includes(call))];
const waiting = (...own: string[]): Mechanism => ({
  makes: [...own, 'accept4', 'read', 'write', 'close'],
  never: others(...own),
  oneThread: true,
});
const epoll = waiting('epoll_ctl', 'epoll_wait');

const CALLS: Record<string, Mechanism> = {
  '01-iterative': { ...blocking, oneThread: true },
  '02-select': waiting('select'),
  '03-thread-per-connection': blocking,
  '04-process-per-connection': blocking,
  '05-prefork': blocking,
  '06-descriptor-passing': { ...blocking, makes: [...blocking.makes, 'sendmsg', 'recvmsg'] },
  '07-prethreaded': blocking,
  '08-poll': waiting('poll'),
  '09-epoll': epoll,
  '10-epoll-workers': { ...epoll, oneThread: false },
  '11-reactor': epoll,
  '12-coroutines': epoll,
  // What is asked for through a ring is done by no call of its own, nor does /proc count it as read.
  '13-io-uring': { makes: ['io_uring_enter'], never: [...blocking.makes, ...WAITS, 'nanosleep'], oneThread: false },
  // Node makes the calls here, and none passes through lib/sys.
  '14-node-net': { makes: [], never: [...blocking.makes, ...WAITS, 'nanosleep'], oneThread: false },
};
/** How many system calls a server may make while it does nothing but let a WAIT pass, or how often it may go to sleep. */
const CALLS_OF_A_WAIT = 20;
/** How much of one processor it may use meanwhile. */
const IDLE = 0.2;

const chapters = serverChapters();
const traceOf = traces(test);

for (const { name, path } of chapters) {
  const mechanism = CALLS[name];
  if (mechanism === undefined) {
    test.todo(`${name} makes the calls that it is about: give it a line in CALLS`);
    continue;
  }
  test.serial(`${name} makes the calls that it is about`, async (t) => {
    const traced = await traceOf(path);
    await Promise.all(Array.from({ length: 4 }, () => ask(t, traced.server, 'PING\nWAIT 1\nPING\n')));
    if (mechanism.makes.includes('close')) await traced.closed(4); // its records are all there then
    const calls = traced.calls();
    const made = new Set(calls.map(({ call }) => call));
    for (const call of mechanism.makes) t.true(made.has(call), `it makes ${call}`);
    for (const call of mechanism.never) t.false(made.has(call), `it makes no ${call}`);
    const workers = new Set(calls.map(({ pid, thread }) => `${pid} ${thread}`));
    if (mechanism.oneThread) t.deepEqual([...workers], [`${traced.server.pid} 0`]);
  });
}

for (const { name, path } of chapters) {
  test.serial(`${name} sleeps while it waits`, async (t) => {
    const traced = await traceOf(path);
    const { server } = traced;
    // Node's other threads have work of their own, and sleep after it: so it is calls that count, where they are traced.
    const tells = CALLS[name]?.makes.length !== 0;
    const sleeps = (): number => threads(server.pid).find(({ tid }) => tid === server.pid)!.sleeps;
    const count = (): number => (tells ? traced.calls().length : sleeps());
    const [client] = (await hold(t, server, 1)) as [Client];
    const [before, used, began] = [count(), processorTime(server), performance.now()];
    t.is(await client.send('WAIT 500\n').line(), 'DONE');
    const share = (processorTime(server) - used) / (performance.now() - began);
    t.true(share < IDLE, `it used ${Math.round(100 * share)}% of a processor`);
    const made = count() - before;
    t.true(made < CALLS_OF_A_WAIT, `it ${tells ? 'made a call' : 'went to sleep'} ${made} times`);
    t.is((await client.end().rest()).length, 0);
  });
}

for (const { name, path } of chapters.filter((chapter) => CALLS[chapter.name]?.oneThread)) {
  test.serial(`${name} reads all that clients send in one thread, as /proc counts it`, async (t) => {
    const { server } = await traceOf(path);
    t.deepEqual(
      members(server).map(({ pid }) => pid),
      [server.pid],
    );
    const tids = threads(server.pid).map(({ tid }) => tid); // Node has others, which have no part in this
    const before = tids.map((tid) => bytesRead(server.pid, tid));
    const request = `ECHO ${'x'.repeat(1000)}\n`;
    await Promise.all(Array.from({ length: 20 }, () => ask(t, server, request.repeat(10))));
    const grown = tids.map((tid, i) => [tid, bytesRead(server.pid, tid) - before[i]!] as const);
    // Node reads from its own wake-up descriptor, too: eight bytes now and then, in all far less than a request.
    t.deepEqual(
      grown
        .map(([tid, bytes]) => [tid, Math.floor(bytes / request.length)] as const)
        .filter(([, requests]) => requests > 0),
      [[server.pid, 200]],
    );
  });
}
