/** What was told once is read to its end, in turns: shown by the answers, and by the order of read and epoll_wait. */

import { ends } from '../../lib/testing/kernel.ts';
import { exercise } from '../check/exercise.ts';
import { atOnce } from '../check/still.ts';
import type { Speaker } from '../check/talk.ts';
import { Wrong } from '../check/trouble.ts';

/** As in the starter. Where another mistake is looked for, two of them in a turn will do: the last step counts. */
const BUDGET = 8;
/** Whoever reads so much at once has not come to EAGAIN. */
const BITE = 64;
/** Three reads. */
const FEW = 30;
/** 79 reads. */
const MANY = 1000;
/** More than the server's socket holds, so that the rest comes when some of it was read. */
const ENDLESS = 40_000;
const pings = (count: number): string => 'PING\n'.repeat(count);
const pongs = (count: number): string => 'PONG\n'.repeat(count);

exercise(import.meta.url, async (check) => {
  const traced = await check.trace();
  const { server } = traced;
  /** How many bytes of a client lie in the server's socket. */
  const unread = ({ port }: Speaker): number => ends(server.port).find(({ peer }) => peer === port)?.unread ?? 0;
  /** The descriptors of those who were accepted since the trace forgot. */
  const accepted = (): number[] => traced.calls('accept4').flatMap(({ result }) => (result < 0 ? [] : [result]));

  await check.takes('what is told once is read to its end', server, 'reads-once', async (talk) => {
    const a = await talk.client();
    await a.sends(pings(FEW)).gets(pongs(FEW));
  });

  await check.takes('when there is nothing more to read, the loop sleeps', server, 'busy', async (talk) => {
    const a = await talk.client();
    await a.sends('PING\n').gets('PONG\n');
    traced.forget();
    await a.isHeard();
    const turns = traced.calls('epoll_wait').length;
    if (turns > 20) talk.trouble(`then nobody sends anything, and epoll_wait was called ${turns} times`);
  });

  await check.takes(
    'what takes more than one turn is read to its end, too',
    server,
    'forgets-the-rest',
    async (talk) => {
      const [a, b] = [await talk.client(), await talk.client()];
      try {
        await a.sends(pings(MANY)).gets(pongs(MANY));
      } catch (error) {
        const left = unread(a);
        await b.sends('PING\n').gets('PONG\n');
        await b.isHeard();
        const then = unread(a);
        if (then === left) throw error;
        const words = [
          `${left} bytes of A lay unread, and nothing happened;`,
          `then B said PING, and now there are ${then}`,
        ];
        throw new Wrong('sleeps', talk.text(...words));
      }
    },
  );

  await check.takes('who sends much does not keep another waiting', server, 'no-budget', async (talk) => {
    traced.forget();
    const [a, b] = [await talk.client(), await talk.client()];
    for (const one of [a, b]) await one.sends('PING\n').gets('PONG\n');
    await b.isHeard(); // or its last read could be the first that is not forgotten
    const [first, second] = accepted();
    traced.forget();
    await atOnce(talk, async (lands) => {
      await lands(a.sends(pings(MANY)), pings(MANY).length);
      await lands(b.sends('PING\n'), 5);
    });
    await b.gets('PONG\n');
    await a.gets(pongs(MANY));
    const reads = traced.calls('read');
    const before = reads.slice(
      0,
      reads.findIndex(({ fd }) => fd === second),
    );
    const count = before.filter(({ fd }) => fd === first).length;
    if (count > 2 * BUDGET) talk.trouble(`A was read from ${count} times, and only then B, once`);
  });

  await check.takes('between two turns the kernel is asked who else has come', server, 'no-return', async (talk) => {
    traced.forget();
    const a = await talk.client();
    await a.sends(pings(MANY)).gets(pongs(MANY));
    let [reads, most] = [0, 0];
    for (const { call } of traced.calls('epoll_wait', 'read')) {
      reads = call === 'read' ? reads + 1 : 0;
      most = Math.max(most, reads);
    }
    if (most > 2 * BUDGET) talk.trouble(`read was called ${most} times, with no epoll_wait in between`);
  });

  await check.takes('who is told of once more has no second turn', server, 'twice', async (talk) => {
    // A must be told of while it is ready: should all have come before it is read, more follows.
    for (let count = ENDLESS; ; count *= 2) {
      traced.forget();
      const a = await talk.client();
      await a.sends('PING\n').gets('PONG\n');
      await a.isHeard();
      const [fd] = accepted();
      traced.forget();
      await a.sends(pings(count)).gets(pongs(count));
      let [reads, most, again, ready] = [0, 0, 0, false];
      for (const each of traced.calls('epoll_wait', 'read')) {
        if (each.call === 'epoll_wait') {
          reads = 0;
          if (ready && each.result > 0) again++;
        } else if (each.fd === fd) {
          most = Math.max(most, ++reads);
          ready = each.result === BITE;
        }
      }
      if (most > BUDGET) talk.trouble(`A was read from ${most} times between two calls of epoll_wait`);
      if (again > 0) return;
    }
  });
});
