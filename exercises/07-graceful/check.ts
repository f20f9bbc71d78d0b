/** A server that is told to end: whoever sleeps is woken, what was asked is answered, and nobody else comes in. */

import { countListening, listeners } from '../../lib/testing/kernel.ts';
import { sleepsIn, threadIds } from '../../lib/testing/proc.ts';
import type { Server } from '../../lib/testing/server.ts';
import { exercise } from '../check/exercise.ts';
import type { Talk } from '../check/talk.ts';
import { Trouble, Wrong } from '../check/trouble.ts';

/** So many bytes are more than the kernel keeps for who does not read. */
const MUCH = 1_000_000;

/** How many threads of a server sleep in accept4. */
function accepting({ pid }: Server): number {
  return threadIds(pid).filter((tid) => sleepsIn(pid, tid).startsWith('inet_csk_accept')).length;
}

/** Waits until all who have nothing to do sleep in accept4. */
function idle(talk: Talk, count: number): Promise<void> {
  return talk.until(() => accepting(talk.server) === count, {
    what: `${count} threads that sleep in accept4`,
    instead: () => `${accepting(talk.server)} do`,
  });
}

exercise(import.meta.url, async (check) => {
  const empty = await check.start('--threads', '2');

  await check.takes('threads asleep in accept4 are woken, and the server ends', empty, 'not-woken', async (talk) => {
    await idle(talk, 2);
    talk.note('two threads', 'sleep', 'in accept4');
    try {
      await talk.ends('SIGTERM');
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      const lines = [error.message, `${accepting(empty)} of its threads sleep in accept4`];
      if (countListening(empty) === 0 || listeners(empty).length > 0) throw new Trouble(lines.join('\n'));
      lines.push('no descriptor stands for the listener any more, and the port still listens');
      throw new Wrong('closed', lines.join('\n'));
    }
  });

  const server = await check.start('--threads', '3');

  await check.takes('who says nothing is not waited for, all others are', server, 'idle-stays', async (talk) => {
    await idle(talk, 3);
    const [a, b] = [await talk.client(), await talk.client()];
    await b.sends('PING\n').gets('PONG\n');
    talk.note('A', 'reads', 'nothing');
    a.socket.pause();
    await a.sends(`STREAM ${MUCH}\n`).isHeard(); // a thread sleeps in write then, in the middle of the answer
    talk.tellsToEnd('SIGTERM');
    await b.getsTheEnd();
    await talk
      .until(() => countListening(server) === 0, {
        what: 'a port on which nobody listens any more',
        instead: () => 'it still listens',
      })
      .catch((error: Error) => {
        throw new Wrong('still-accepts', error.message);
      });
    talk.note('A', 'reads', 'again');
    a.socket.resume();
    await a.gets(`${'A'.repeat(MUCH)}DONE\n`).catch((error: Error) => {
      throw new Wrong('cut-off', error.message);
    });
    await a.getsTheEnd();
    await talk.itEnds();
  });
});
