/** Sets of bits as the kernel reads them: no descriptor's bit is another's, and who has none is refused. */

import { EBADF } from '../../lib/sys/errors.ts';
import { descriptors } from '../../lib/testing/proc.ts';
import { exercise } from '../check/exercise.ts';
import type { Speaker, Talk } from '../check/talk.ts';
import { Wrong } from '../check/trouble.ts';

/** The descriptor that has the last bit. */
const LAST = 1023;
/** So many numbers are left when the server is looked at again: who went before has been closed by then. */
const SPARE = 20;

exercise(import.meta.url, async (check) => {
  const traced = await check.trace();
  const { server } = traced;

  /** A client says PING: is select told of it, and is it found in what select leaves? */
  const hears = async (talk: Talk, client: Speaker, id: string): Promise<void> => {
    traced.forget();
    const told = (): number => traced.calls('select').filter(({ result }) => result > 0).length;
    const reads = (): number => traced.calls('read').length;
    client.sends('PING\n');
    try {
      const what = `${client.name} is read from`;
      await talk.until(() => reads() > 0 || told() > 100, { what, instead: () => 'it is not' });
    } catch (error) {
      throw new Wrong(id, (error as Error).message);
    }
    if (reads() === 0) {
      throw new Wrong('not-found', talk.text(`select has returned ${told()} times, and nobody was read from`));
    }
    await client.gets('PONG\n');
  };

  await check.takes('eight clients are heard, again and again', server, 'overwrites', async (talk) => {
    const clients: Speaker[] = [];
    for (let i = 0; i < 8; i++) {
      const client = await talk.client();
      await hears(talk, client, i === 0 ? 'wrong-bit' : 'overwrites');
      clients.push(client);
    }
    for (const client of clients) await client.sends('PING\n').gets('PONG\n');
  });

  await check.takes('who goes is taken out of the sets, and nobody else', server, 'neighbours', async (talk) => {
    const clients: Speaker[] = [];
    try {
      for (let i = 0; i < 8; i++) clients.push(await talk.client());
      for (const client of clients) await client.sends('PING\n').gets('PONG\n');
      for (const [i, client] of clients.entries()) if (i % 2 === 1) await client.ends().getsTheEnd();
      for (const [i, client] of clients.entries()) if (i % 2 === 0) await client.sends('PING\n').gets('PONG\n');
    } catch (error) {
      const refused = traced.calls('select').some(({ result }) => result === -EBADF);
      throw refused ? new Wrong('not-cleared', (error as Error).message) : error;
    }
  });

  await check.takes('descriptor 1,023 is served, and 1,024 refused', server, 'refused-too-soon', async (talk) => {
    traced.forget();
    const accepted = (): number[] => traced.calls('accept4').flatMap(({ result }) => (result < 0 ? [] : [result]));
    const free = (): number => LAST + 1 - descriptors(server.pid).filter((fd) => fd <= LAST).length;
    const others = free() - SPARE;
    talk.note('others', 'connect', `${others} of them`);
    for (let i = 0; i < others; i++) await talk.client('another');
    await talk.until(() => accepted().length >= others, { what: `${others} connections that are accepted` });
    for (let i = free(); i > 1; i--) await talk.client('another');
    for (let last = 0; last < LAST; last = accepted().at(-1)!) {
      const a = await talk.client('A');
      await a.sends('PING\n').gets('PONG\n');
    }
    talk.note('A', 'has', `descriptor ${LAST} in the server`);
    const b = await talk.client('B');
    talk.note('B', 'connects', `and has descriptor ${LAST + 1} there`);
    await b.getsTheEnd().catch(({ message }: Error) => {
      throw new Wrong('not-refused', message);
    });
  });
});
