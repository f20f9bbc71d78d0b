/** Who is handed a connection: somebody who is free, or else nobody yet; and of several the one who had least to do. */

import { children } from '../../lib/testing/footprint.ts';
import { exercise } from '../check/exercise.ts';
import { calm, pause } from '../check/silence.ts';
import type { Speaker, Talk } from '../check/talk.ts';

/** A child that is replaced pauses before it starts, if its predecessor has lived for less than a second. */
const PATIENCE = 10_000;
/** More than the check itself takes between two lines, in milliseconds; where it does not suffice, more follows. */
const MARGIN = 400;

/** A client that is served, and by whom. */
interface Served {
  readonly client: Speaker;
  /** As in what is shown: `child 1`. */
  readonly child: string;
}

exercise(import.meta.url, async (check) => {
  const traced = await check.trace('--children', '2');
  const { server } = traced;
  /** What the parent has done since the last look: channels over which it has handed something, bytes that it has heard. */
  const handed = (): number[] => traced.calls('sendmsg').flatMap(({ fd, result }) => (result === 1 ? [fd] : []));
  const heard = (): number =>
    traced.calls('read').filter(({ pid, result }) => pid === server.pid && result === 1).length;
  /** By the parent's end of their channels. */
  const names = new Map<number, string>();

  /** Whom the parent has handed the last one who came. */
  const whom = (talk: Talk, name: string): string => {
    const [channel] = handed() as [number];
    const child = names.get(channel) ?? `child ${names.size + 1}`;
    names.set(channel, child);
    talk.note('the parent', 'hands', `${name} to ${child}`);
    return child;
  };
  /** A client connects, and is served. */
  const meets = async (talk: Talk, name: string): Promise<Served> => {
    traced.forget();
    const client = await talk.client(name);
    client.sends('PING\n');
    await talk.until(() => handed().length > 0, { what: `${name} is handed to a child`, instead: () => 'it is not' });
    const child = whom(talk, name);
    await client.gets('PONG\n');
    return { client, child };
  };
  /** A client connects while nobody is free. */
  const waits = async (talk: Talk, name: string): Promise<Speaker> => {
    traced.forget();
    const client = (await talk.client(name)).sends('PING\n');
    await calm(server);
    if (handed().length > 0) whom(talk, name);
    client.nothing();
    return client;
  };
  /** A client goes, and the parent has heard that its child is free. */
  const leaves = async (client: Speaker): Promise<void> => {
    await client.ends().getsTheEnd();
    await calm(server);
  };
  /** Two are served and two wait: whoever was first among these has the child that is free first. */
  const queue = async (talk: Talk, first: 0 | 1): Promise<void> => {
    const served = [await meets(talk, 'A'), await meets(talk, 'B')] as const;
    const [c, d] = [await waits(talk, 'C'), await waits(talk, 'D')];
    await leaves(served[first].client);
    await c.gets('PONG\n');
    await leaves(served[1 - first]!.client);
    await d.gets('PONG\n');
    for (const client of [c, d]) await leaves(client);
  };

  const began = performance.now();

  await check.takes('who has had nothing to do yet is next', server, 'always-the-same', async (talk) => {
    const what = 'two children that say that they are free';
    await talk.until(() => heard() >= 2, { what, still: PATIENCE });
    const a = await meets(talk, 'A');
    await leaves(a.client);
    const b = await meets(talk, 'B');
    await leaves(b.client);
    if (a.child === b.child) talk.trouble('the other child has had nothing to do so far');
  });

  await check.takes('whoever is busy is handed nothing while another is free', server, 'busy-chosen', async (talk) => {
    const a = await meets(talk, 'A');
    for (const name of ['B', 'C', 'D']) await leaves((await meets(talk, name)).client);
    await leaves(a.client);
  });

  await check.takes(
    'while nobody is free, whoever comes waits for the first who is',
    server,
    'hands-anyway',
    async (talk) => {
      await queue(talk, 0);
      await queue(talk, 1);
    },
  );

  await check.takes('of two who are free, the one who was less busy is next', server, 'not-by-time', async (talk) => {
    for (;;) {
      const a = await meets(talk, 'A');
      const from = performance.now();
      const b = await meets(talk, 'B');
      await leaves(b.client);
      // Now B's child has nothing to do, and A's has, until that one has been busy for longer in any case.
      const idle = performance.now();
      while (performance.now() < idle + (idle - began) + MARGIN) await pause();
      const again = performance.now();
      const c = await meets(talk, 'C');
      const more = performance.now() - from;
      await leaves(a.client);
      await leaves(c.client); // it was free last, and has had more connections
      const less = performance.now() - again + (idle - began);
      const d = await meets(talk, 'D');
      await leaves(d.client);
      if (d.child === b.child) return;
      if (less >= more) continue; // this machine was too busy to tell
      talk.trouble(
        `${a.child} had connections for ${more.toFixed()} ms or more, ${b.child} for ${less.toFixed()} ms or less:`,
        `both were free, and D belongs to ${b.child}`,
      );
    }
  });

  await check.takes('nobody is taken for free who has ended', server, 'ended-is-free', async (talk) => {
    const [pid] = children(server) as [number];
    traced.forget();
    talk.note('we', 'kill', 'a child that is free');
    process.kill(pid, 'SIGKILL');
    await talk.until(() => heard() > 0, { what: 'another child, which says that it is free', still: PATIENCE });
    await calm(server);
    await queue(talk, 0);
    await queue(talk, 1);
  });
});
