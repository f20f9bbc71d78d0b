/** epoll workers are what their chapter says: who accepts, who gets what, and what the table counts. */

import { execFileSync } from 'node:child_process';
import test from 'ava';
import { EAGAIN, EMFILE } from '../../lib/sys/errors.ts';
import { newAskers } from '../../lib/testing/asker.ts';
import { startBroken } from '../../lib/testing/broken.ts';
import { ask, type Client, connectTo, hold } from '../../lib/testing/client.ts';
import { countListening, ends, settled } from '../../lib/testing/kernel.ts';
import { descriptors } from '../../lib/testing/proc.ts';
import { patiently, type Server, startProgram, startServer, until } from '../../lib/testing/server.ts';
import { printedTally } from '../../lib/testing/tally.ts';
import { type Traced, traces } from '../../lib/testing/traced.ts';

const SERVER = 'chapters/10-epoll-workers/server.ts';
const traceOf = traces(test);

/** Leaves a server room for so many descriptors more than it has. */
function allow({ pid }: Server, more: number): void {
  const open = new Set(descriptors(pid));
  let limit = 0;
  for (let free = 0; free < more; limit++) if (!open.has(limit)) free++;
  execFileSync('prlimit', ['--pid', `${pid}`, `--nofile=${limit}:`]); // the soft limit alone
}

/** The calls of each worker around its listener, in their order, a letter for each: see the test. */
function around(traced: Traced): string[] {
  const letters = new Map<number, string>();
  for (const { call, thread, result } of traced.calls('accept4', 'epoll_ctl', 'epoll_wait')) {
    if (thread === 0) continue;
    const accepted = result >= 0 ? 'a' : result === -EMFILE ? 'E' : result === -EAGAIN ? 'n' : '?';
    const letter = call === 'accept4' ? accepted : result < 0 ? '?' : call === 'epoll_ctl' ? 'c' : 'w';
    letters.set(thread, (letters.get(thread) ?? '') + letter);
  }
  return [...letters.values()];
}

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
        t.is(total.told, 0, 'no worker has a listener');
      } else t.true(total.told! > 0);
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

  test.serial(
    `10-epoll-workers --handoff ${handoff} looks away while descriptors have run out, and comes back`,
    async (t) => {
      const traced = await traceOf(SERVER, '--handoff', handoff, '--workers', '2');
      const { server } = traced;
      // Each thread has written to the trace before descriptors run out: its file takes one.
      for (const client of await hold(t, server, 20)) client.close();
      await settled(server);
      traced.forget();
      allow(server, 2);
      const [first, second] = (await hold(t, server, 2)) as [Client, Client];
      const waiting = await newAskers(t, server, 2);
      for (const asker of waiting) asker.ask('PING', /^PONG$/);
      const failures = (): number => traced.calls('accept4').filter(({ result }) => result === -EMFILE).length;
      for (let i = 0; i < 2; i++) {
        const before = failures();
        await until(() => failures() > before, 'it asks, in vain');
        await settled(server); // which it never would if it asked again and again
      }
      const unmet = (): number => ends(server.port).filter(({ unread, inode }) => unread > 0 && inode === 0).length;
      await until(() => unmet() === 2, 'both are in a backlog');
      t.is(await first.send('PING\n').line(), 'PONG', 'those who are served are served on');
      const left = (): number => waiting.filter(({ waits }) => waits).length;
      first.close();
      await until(() => left() === 1, 'one leaves, and one is served');
      second.close();
      await until(() => left() === 0, 'and the other');
      for (const { client } of waiting) t.is((await client.end().rest()).length, 0);
      for (let i = 0; i < 20; i++) t.is(await ask(t, server, 'PING\n'), 'PONG\n', 'and whoever comes then');
      // A worker takes its listener out of its set (c), waits (w), and puts it in again (c), before it asks once more.
      for (const calls of around(traced)) t.notRegex(calls, /\?|E(?!cw+c|cw*$|$)/);
      t.deepEqual(server.stderr, []);
    },
  );
}

for (const handoff of ['accept', 'reuseport']) {
  test.serial(
    `10-epoll-workers --handoff ${handoff} ends, and says why, when a worker fails or cannot start`,
    async (t) => {
      const server = await startBroken(t, SERVER, '--handoff', handoff);
      (await connectTo(t, server)).send('BURN 1\n');
      t.is(await patiently(server.ended, 'end of the server'), 1);
      t.is(server.stderr.length, 1);
      t.regex(server.stderr[0]!, /^10-epoll-workers: worker [1-4] ended \(it is broken\), and the server with it$/);
      t.deepEqual(server.survivors, []);

      const args = ['--port', '0', '--workers', '64', '--handoff', handoff];
      const poor = startProgram(t, SERVER, { args, descriptors: 64 });
      t.is(await patiently(poor.ended, 'end of the server'), 1);
      t.is(poor.stderr.length, 1);
      t.regex(
        poor.stderr[0]!,
        /^10-epoll-workers: worker \d+ ended \(.*(EMFILE|too many open files).*\), and the server with it$/,
      );
      t.deepEqual(poor.survivors, []);
    },
  );
}
