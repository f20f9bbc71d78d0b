/** Whoever takes too long for a request is evicted, however it takes so long; and nobody else is. */

import { ends } from '../../lib/testing/kernel.ts';
import { exercise } from '../check/exercise.ts';
import { pause } from '../check/silence.ts';
import type { Speaker, Talk } from '../check/talk.ts';
import { Trouble } from '../check/trouble.ts';

/** So long a client may take where it shall be evicted, in milliseconds … */
const HASTY = 700;
/** … and where it shall not, however busy this machine is. */
const PATIENT = 60_000;
/** A request that takes longer than HASTY, and not by its sender's fault. */
const LONG = 'WAIT 900\n';
const TOO_SLOW = 'ERROR too slow\n';

/**
 * Holds a conversation, and holds it again when this client itself was too slow in it, as on a busy machine it may be.
 *
 * @param body is given a client, and how to say that it has just sent something: never HASTY after the last time
 */
async function promptly(talk: Talk, body: (a: Speaker, sent: () => void) => Promise<void>): Promise<void> {
  for (let attempt = 1; attempt <= 20; attempt++) {
    const a = await talk.client('A');
    let last = performance.now();
    let slow = false;
    const sent = (): void => {
      slow ||= performance.now() - last > 0.8 * HASTY;
      last = performance.now();
    };
    try {
      await body(a, sent);
      if (!slow) return;
    } catch (error) {
      if (!(error instanceof Trouble) || !slow) throw error;
    }
    a.leaves();
  }
  throw new Error('this machine is too busy to tell who is slow');
}

exercise(import.meta.url, async (check) => {
  const patient = await check.start('--patience', `${PATIENT}`);

  await check.takes('who needs a moment for a request has it', patient, 'too-early', async (talk) => {
    const a = await talk.client();
    await a.sends('PI').isHeard();
    for (let i = 0; i < 10; i++) await pause();
    await a.sends('NG\n').gets('PONG\n');
  });

  const server = await check.start('--patience', `${HASTY}`);

  await check.takes('who says nothing is evicted, and the next is served', server, 'waits-for-ever', async (talk) => {
    const [a, b] = [await talk.client(), await talk.client()];
    b.sends('PING\n'); // it waits in the backlog
    await a.gets(TOO_SLOW);
    await a.getsTheEnd();
    await b.gets('PONG\n');
  });

  await check.takes('the time of a WAIT is not that of its sender', server, 'whole-connection', async (talk) => {
    await promptly(talk, async (a, sent) => {
      a.sends(LONG);
      sent();
      const read = (): boolean => ends(server.port).every(({ unread }) => unread === 0);
      await talk.until(read, { what: 'A is read from', instead: () => 'it is not' });
      a.sends('PING\n'); // it lies there when the WAIT is over
      sent();
      await a.gets('DONE\nPONG\n');
    });
  });

  await check.takes('who sends a byte now and then is evicted too', server, 'byte-by-byte', async (talk) => {
    await promptly(talk, async (a, sent) => {
      const began = performance.now();
      let bytes = 0;
      while (!a.hasBytes && performance.now() - began < 3 * HASTY) {
        a.socket.write('x');
        sent();
        bytes++;
        await pause();
      }
      talk.note('A', 'sends', `${bytes} bytes without an end, one by one`);
      if (!a.hasBytes) talk.trouble('that took three times as long as a client may take, and it is still served');
      await a.gets(TOO_SLOW);
    });
  });
});
