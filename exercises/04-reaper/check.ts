/** What a parent keeps of a client that was served: neither a descriptor nor a zombie. Seen in /proc. */

import { zombies } from '../../lib/testing/footprint.ts';
import { ends } from '../../lib/testing/kernel.ts';
import { descriptors, target } from '../../lib/testing/proc.ts';
import { exercise } from '../check/exercise.ts';
import { calm } from '../check/silence.ts';
import { Wrong } from '../check/trouble.ts';

exercise(import.meta.url, async (check) => {
  const server = await check.start();

  /** The parent's descriptors for the connection of a client. */
  const copies = (port: number | undefined): string[] => {
    const sockets = ends(server.port).flatMap(({ peer, inode }) => (peer === port ? [`socket:[${inode}]`] : []));
    return descriptors(server.pid).flatMap((fd) => (sockets.includes(target(server.pid, fd)) ? [`${fd}`] : []));
  };

  await check.takes('a client is served by its child', server, 'shut-down', async (talk) => {
    const a = await talk.client();
    await a.sends('PING\n').gets('PONG\n');
  });

  await check.takes('two are served at once', server, 'one-by-one', async (talk) => {
    const [a, b] = [await talk.client(), await talk.client()];
    await a.sends('PING\n').gets('PONG\n');
    await b.sends('PING\n').gets('PONG\n');
  });

  await check.takes('the end of the child is the end of the connection', server, 'copy-kept', async (talk) => {
    const a = await talk.client();
    await a.sends('PING\n').gets('PONG\n');
    const kept = copies(a.socket.localPort);
    if (kept.length > 0) talk.note('the parent', 'has', `A's connection too, as descriptor ${kept}`);
    await a.ends().getsTheEnd();
  });

  await check.takes('no zombie is left', server, 'zombies', async (talk) => {
    await calm(server); // the children of those who were served have ended
    const left = (): number[] => zombies(server).map(({ pid }) => pid);
    try {
      await talk.until(() => left().length === 0, {
        what: 'no zombie',
        instead: () => `there are ${left().length}: ${left().join(', ')}`,
      });
    } catch (error) {
      const before = left();
      const next = await talk.client('the next');
      await next.sends('PING\n').gets('PONG\n');
      if (left().some((pid) => before.includes(pid))) throw error;
      throw new Wrong('late', `${(error as Error).message}\nthen a client came, and they were gone`);
    }
  });
});
