/** Workers take turns at a listener, and none is woken for nothing: seen in who accepts, and in who goes to sleep again. */

import { EINVAL } from '../../lib/sys/errors.ts';
import { threads } from '../../lib/testing/proc.ts';
import { exercise } from '../check/exercise.ts';
import { calm } from '../check/silence.ts';
import type { Talk } from '../check/talk.ts';
import { Wrong } from '../check/trouble.ts';

const WORKERS = 3;
/** So many clients come to each. */
const EACH = 2;

exercise(import.meta.url, async (check) => {
  const traced = await check.trace('--workers', `${WORKERS}`);
  const { server } = traced;
  /** By thread: how often it has gone to sleep. */
  const sleeps = (): Map<number, number> => new Map(threads(server.pid).map(({ tid, sleeps }) => [tid, sleeps]));

  /** Clients come, one by one, each while all workers sleep. @returns how many of them each thread has accepted */
  const come = async (talk: Talk): Promise<Map<number, number>> => {
    const counts = new Map<number, number>();
    for (let i = 0; i < EACH * WORKERS; i++) {
      await calm(server);
      const client = await talk.client();
      await client.sends('PING\n').gets('PONG\n');
      const { thread } = traced.calls('accept4').findLast(({ result }) => result >= 0)!;
      talk.note(`thread ${thread}`, 'had accepted', client.name);
      counts.set(thread, (counts.get(thread) ?? 0) + 1);
    }
    return counts;
  };

  await check.takes('whoever comes is served', server, 'never-again', async (talk) => {
    await come(talk);
  });

  await check.takes('one connection wakes one worker', server, 'wakes-all', async (talk) => {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < WORKERS; i++) {
      await calm(server);
      const before = sleeps();
      await talk.client();
      await calm(server);
      const woken = [...sleeps()].filter(([tid, count]) => tid !== server.pid && count !== before.get(tid));
      least = Math.min(least, woken.length); // others of Node's threads may have had something to do as well, once
    }
    talk.note('clients', 'connect', `${WORKERS} of them, one by one`);
    if (least >= WORKERS) talk.trouble(`each time ${least} threads were woken, and went to sleep again`);
  });

  await check.takes('every worker gets as many as the others', server, 'same-worker', async (talk) => {
    await calm(server);
    traced.forget();
    const counts = await come(talk);
    const shares = [...counts.values(), ...Array<number>(WORKERS).fill(0)].slice(0, WORKERS);
    if (shares.every((share) => share === EACH)) return;
    const words = `of ${EACH * WORKERS} that came, one by one, the ${WORKERS} workers got ${shares.join(', ')}`;
    const refused = traced.calls('epoll_ctl').filter(({ result }) => result === -EINVAL);
    if (refused.length === 0) talk.trouble(words);
    throw new Wrong('not-modified', talk.text(words, `epoll_ctl has failed ${refused.length} times, with EINVAL`));
  });
});
