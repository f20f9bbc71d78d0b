/** A number that comes back is its new owner's alone: shown by events that are found in one list. */

import { EBADF } from '../../lib/sys/errors.ts';
import { ends } from '../../lib/testing/kernel.ts';
import { exercise } from '../check/exercise.ts';
import { atOnce } from '../check/still.ts';
import type { Speaker, Talk } from '../check/talk.ts';
import { Wrong } from '../check/trouble.ts';

exercise(import.meta.url, async (check) => {
  const traced = await check.trace('--most', '2');
  const { server } = traced;

  /** Two clients who are served, and nobody else is connected any more. The first of them is the oldest. */
  const two = async (talk: Talk): Promise<[Speaker, Speaker]> => {
    const alone = (): boolean => ends(server.port).every(({ peer, inode }) => peer === 0 || inode === 0);
    await talk.until(alone, { what: 'the end of those who were here before', instead: () => 'they stay' });
    const both: [Speaker, Speaker] = [await talk.client(), await talk.client()];
    for (const one of both) await one.sends('PING\n').gets('PONG\n');
    traced.forget();
    return both;
  };
  /** Somebody connects while the server stands still. */
  const comes = async (talk: Talk, lands: (client: Speaker) => Promise<void>): Promise<Speaker> => {
    const client = await talk.client();
    talk.note(client.name, 'connects');
    await lands(client);
    return client;
  };

  await check.takes('who has to go is closed, and the others stay', server, 'not-closed', async (talk) => {
    const [a, b] = await two(talk);
    const c = await talk.client();
    await c.sends('PING\n').gets('PONG\n');
    await a.getsTheEnd();
    for (const one of [b, c]) await one.sends('PING\n').gets('PONG\n');
  });

  await check.takes('who comes is heard, whoever had his number before', server, 'wipes-successor', async (talk) => {
    await two(talk);
    const late: Speaker[] = [];
    await atOnce(talk, async (lands) => {
      for (let i = 0; i < 2; i++) late.push(await comes(talk, lands));
    });
    const turns = (): number => traced.calls('epoll_wait').length;
    for (const one of late) {
      traced.forget();
      one.sends('PING\n');
      await talk.until(() => one.hasBytes || turns() > 100, { what: 'an answer', instead: () => 'there is none' });
      if (!one.hasBytes)
        talk.trouble(`epoll_wait has told of ${one.name} ${turns()} times, and nobody was called for it`);
      await one.gets('PONG\n');
    }
  });

  await check.takes('an event for who is closed reaches nobody', server, 'cleared-late', async (talk) => {
    const [a] = await two(talk);
    let c = a;
    await atOnce(talk, async (lands) => {
      c = await comes(talk, lands);
      await lands(a.sends('PING\n'), 5);
    });
    await c.sends('PING\n').gets('PONG\n');
    const closed = traced.calls('read', 'close').find(({ result }) => result === -EBADF);
    if (closed !== undefined) {
      const words = `the server called ${closed.call} for descriptor ${closed.fd}, which was closed already (EBADF)`;
      throw new Wrong('not-cleared', talk.text(words));
    }
    await a.getsTheEnd();
  });

  await check.takes('nor does it reach who has the number next', server, 'came-back', async (talk) => {
    const [a] = await two(talk);
    const late: Speaker[] = [];
    await atOnce(talk, async (lands) => {
      for (let i = 0; i < 2; i++) late.push(await comes(talk, lands));
      await lands(a.leaves());
    });
    for (const one of late) await one.sends('PING\n').gets('PONG\n');
  });
});
