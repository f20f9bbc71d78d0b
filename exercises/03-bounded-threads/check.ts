/** At most two threads: a third client waits in the backlog, and not longer than it must. Seen in what the kernel knows. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ends } from '../../lib/testing/kernel.ts';
import { switches, usage } from '../../lib/testing/proc.ts';
import { exercise } from '../check/exercise.ts';
import { callOf, calm, pause } from '../check/silence.ts';
import type { Speaker, Talk } from '../check/talk.ts';
import { Trouble, Wrong } from '../check/trouble.ts';

/** So many looks, of 20 ms or more each, at a server that has nothing to do: two seconds in all. */
const LOOKS = 100;
/** So often its main thread may wake up meanwhile; Node has reasons of its own, one or two. */
const SLEEPS = 5;
/** And so long it may be busy, in milliseconds. */
const BUSY = 200;

exercise(import.meta.url, async (check) => {
  const directory = mkdtempSync(join(tmpdir(), 'bounded-threads-'));
  const broken = join(directory, 'broken');
  check.finally(() => rmSync(directory, { recursive: true, force: true }));
  const server = await check.start('--max-threads', '2', '--broken', broken);

  /** Two clients, each in a thread of its own. */
  const two = async (talk: Talk): Promise<[Speaker, Speaker]> => {
    await calm(server); // nobody is left of those who were there before
    const both: [Speaker, Speaker] = [await talk.client(), await talk.client()];
    for (const client of both) await client.sends('PING\n').gets('PONG\n');
    return both;
  };

  /** Somebody must be served. When that is not so because the main thread has stopped to listen, it is said. */
  const served = async (body: () => Promise<unknown>): Promise<void> => {
    try {
      await body();
    } catch (error) {
      if (!(error instanceof Trouble) || callOf(server) === 'epoll_wait') throw error;
      throw new Wrong(
        'blocks',
        `${error.message}\nthe main thread is not in Node's loop, where it would hear of 'exit'`,
      );
    }
  };

  /** Whether somebody has accepted a client's connection: it has no inode before. */
  const accepted = ({ socket }: Speaker): boolean =>
    ends(server.port).some(({ peer, inode }) => peer === socket.localPort && inode !== 0);

  await check.takes('two clients are served at once', server, 'one-by-one', async (talk) => {
    await two(talk);
  });

  await check.takes('when they have left, two others are', server, 'not-given-back', async (talk) => {
    await served(() => two(talk));
  });

  await check.takes('a third waits in the backlog', server, 'too-many', async (talk) => {
    await two(talk);
    const c = await talk.client();
    c.sends('PING\n');
    await calm(server);
    try {
      c.nothing();
    } catch (error) {
      if (c.hasBytes) throw error;
      throw new Wrong('refuses', (error as Error).message);
    }
    if (accepted(c)) {
      throw new Wrong('accepts-first', talk.text("C's connection has been accepted, and there is no thread for it"));
    }
  });

  await check.takes('meanwhile nobody asks whether a place is free', server, 'polls', async (talk) => {
    await two(talk);
    const c = await talk.client();
    c.sends('PING\n');
    await calm(server);
    const { pid } = server;
    const used = (): { sleeps: number; busy: number } => {
      const { user = 0, system = 0 } = usage(pid) ?? {};
      return { sleeps: switches(pid, pid).sleeps, busy: user + system };
    };
    const before = used();
    for (let i = 1; i <= LOOKS; i++) {
      await pause();
      const sleeps = used().sleeps - before.sleeps;
      const busy = used().busy - before.busy;
      if (sleeps <= SLEEPS && busy <= BUSY) continue;
      talk.trouble(
        `meanwhile the main thread went to sleep ${sleeps} times, and the server was busy for ${busy} ms`,
        'nothing has happened: no thread has ended',
      );
    }
  });

  await check.takes('it is served as soon as one of the two is done', server, 'not-given-back', async (talk) => {
    const [a, b] = await two(talk);
    const c = await talk.client();
    c.sends('PING\n');
    await a.ends().getsTheEnd();
    await served(() => c.gets('PONG\n'));
    await b.sends('PING\n').gets('PONG\n');
  });

  await check.takes('a thread that fails gives its place back, once', server, 'not-given-back', async (talk) => {
    await calm(server);
    writeFileSync(broken, '');
    talk.note('we', 'see to it', 'that every thread fails as it starts');
    for (let i = 0; i < 2; i++) await (await talk.client()).getsTheEnd();
    rmSync(broken);
    talk.note('we', 'see to it', 'that threads live again');
    await two(talk);
    const e = await talk.client();
    e.sends('PING\n');
    await calm(server);
    if (!e.hasBytes) return;
    await e.gets('PONG\n');
    throw new Wrong('twice', talk.text('C, D and E are served at once, and two threads are allowed'));
  });
});
