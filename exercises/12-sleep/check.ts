/** Sleeps and timeouts end when they shall, and nothing of them is left: seen in answers, and in what the server counts. */

import { ends } from '../../lib/testing/kernel.ts';
import { exercise } from '../check/exercise.ts';
import { calm } from '../check/silence.ts';
import { Trouble } from '../check/trouble.ts';

/** Longer than any check takes, in milliseconds. */
const LONG = 600_000;
const NOTHING_LEFT = '0 commands, 0 timers\n';
/** A bound that is over while the loop is busy, in milliseconds. */
const LIMIT = 400;

exercise(import.meta.url, async (check) => {
  const server = await check.start();

  await check.takes('a sleep ends, and keeps nobody else waiting', server, 'never-wakes', async (talk) => {
    const [a, b] = [await talk.client(), await talk.client()];
    await a.sends('WAIT 50\n').gets('DONE\n');
    a.sends(`WAIT ${LONG}\n`);
    await b.sends('WAIT 100\nPING\n').gets('DONE\nPONG\n');
    a.nothing();
    a.leaves();
  });

  await check.takes('of who goes in his sleep nothing is left', server, 'timer-left', async (talk) => {
    const a = await talk.client();
    await a.sends(`PING\nWAIT ${LONG}\n`).gets('PONG\n');
    await calm(server);
    a.leaves();
    await talk.until(() => ends(server.port).every(({ peer }) => peer === 0), { what: 'the end of the connection' });
    await calm(server);
    const b = await talk.client();
    await b.sends('COUNT\n').gets(NOTHING_LEFT);
  });

  await check.takes('a body that is too late ends, and then it is said', server, 'goes-on', async (talk) => {
    const a = await talk.client();
    await a.sends(`WITHIN 50 WAIT ${LONG}\n`).gets('TOO LATE\n');
    await a.sends('COUNT\n').gets(NOTHING_LEFT);
  });

  await check.takes('a body that ends has no timeout any more', server, 'still-armed', async (talk) => {
    const a = await talk.client();
    await a.sends(`WITHIN ${LONG} PING\n`).gets('PONG\n');
    await a.sends('COUNT\n').gets(NOTHING_LEFT);
    await a.sends(`WITHIN ${LONG} FAIL\n`).gets('FAILED\n');
    await a.sends('COUNT\n').gets(NOTHING_LEFT);
  });

  await check.takes('a timeout that comes too late is met by nobody', server, 'too-late', async (talk) => {
    const isRead = (name: string): Promise<void> =>
      talk.until(() => ends(server.port).every(({ unread }) => unread === 0), { what: `${name} is read from` });
    for (let attempt = 1; ; attempt++) {
      const [a, b] = [await talk.client('A'), await talk.client('B')];
      const began = performance.now();
      a.sends(`WITHIN ${LIMIT} LINE\n`);
      await isRead('A');
      b.sends(`SPIN ${2 * LIMIT}\n`);
      await isRead('B');
      a.sends('here\n'); // it comes while B keeps the loop busy, and the loop sees it when the time is over as well
      const slow = performance.now() - began > LIMIT; // on a busy machine A may have been too late itself
      try {
        await a.gets('here\n');
        await a.sends('PING\n').gets('PONG\n');
        if (!slow || attempt === 5) return;
      } catch (error) {
        if (!(error instanceof Trouble) || !slow || attempt === 5) throw error;
      }
      a.leaves();
      b.leaves();
    }
  });
});
