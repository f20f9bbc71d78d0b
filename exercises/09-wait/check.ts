/** A WAIT takes its time and nobody else's: shown by who is answered before whom, and by the loop's system calls. */

import { exercise } from '../check/exercise.ts';
import { load } from '../check/load.ts';
import type { Speaker } from '../check/talk.ts';

/** Longer than any check takes, in milliseconds. */
const LONG = 'WAIT 600000\n';

exercise(import.meta.url, async (check) => {
  const traced = await check.trace();
  const { server } = traced;

  await check.takes('a WAIT keeps nobody else waiting', server, 'loop-sleeps', async (talk) => {
    const [a, b] = [await talk.client(), await talk.client()];
    await a.sends(`PING\n${LONG}`).gets('PONG\n');
    await b.sends('PING\n').gets('PONG\n');
    a.nothing();
  });

  await check.takes('a WAIT ends', server, 'never-ends', async (talk) => {
    const a = await talk.client();
    await a.sends('WAIT 50\n').gets('DONE\n');
    await a.sends('WAIT 0\nPING\n').gets('DONE\nPONG\n');
  });

  await check.takes('who waits for less is woken before who waits for more', server, 'not-the-first', async (talk) => {
    const [a, b, c] = [await talk.client(), await talk.client(), await talk.client()];
    await a.sends(`PING\n${LONG}`).gets('PONG\n');
    b.sends('WAIT 500\n');
    await c.sends(`PING\n${LONG}`).gets('PONG\n');
    await b.gets('DONE\n');
    a.nothing();
    c.nothing();
  });

  await check.takes('each of several WAITs ends', server, 'one-only', async (talk) => {
    const [a, b, c] = [await talk.client(), await talk.client(), await talk.client()];
    a.sends('WAIT 300\n');
    b.sends('WAIT 200\n');
    c.sends('WAIT 100\n');
    for (const one of [c, b, a]) await one.gets('DONE\n');
  });

  await check.takes('while it waits, the loop sleeps', server, 'busy', async (talk) => {
    const a = await talk.client();
    await a.sends('PING\n').gets('PONG\n');
    traced.forget();
    await a.sends('WAIT 200\n').gets('DONE\n');
    const turns = traced.calls('epoll_wait').length;
    if (turns > 20) talk.trouble(`meanwhile epoll_wait was called ${turns} times; two or three would do`);
  });

  await check.takes('a connection that is gone is not woken', server, 'not-cancelled', async (talk) => {
    // The number must be another's before the WAIT is over: should the machine be too slow for that, a longer one follows.
    for (let wait = 300; ; wait *= 4) {
      traced.forget();
      const a = await talk.client();
      const began = performance.now();
      await a.sends(`PING\nWAIT ${wait}\n`).gets('PONG\n');
      const number = (): number => traced.calls('accept4').findLast(({ result }) => result >= 0)!.result;
      const gone = number();
      a.leaves();
      await talk.until(() => traced.calls('close').some(({ fd }) => fd === gone), { what: 'the end of A' });
      const others: Speaker[] = [];
      do {
        const b = await talk.client();
        await b.sends(`PING\n${LONG}`).gets('PONG\n');
        others.push(b);
      } while (number() !== gone); // until one has the number that A had
      const inTime = performance.now() - began < wait;
      const c = await talk.client();
      while (performance.now() - began < wait + 100) await c.sends('WAIT 100\n').gets('DONE\n');
      for (const b of others) b.nothing();
      if (inTime) return;
    }
  });

  await check.takes('under load every WAIT ends', server, 'collides', async () => {
    await load(server, '/wait/20', { connections: 50, amount: 500, expectBody: 'DONE\n' });
  });
});
