/** Who does not read holds up himself alone: seen in the bytes that come, the calls that are made, and the memory. */

import { EAGAIN } from '../../lib/sys/errors.ts';
import { residentBytes } from '../../lib/testing/footprint.ts';
import { asleep } from '../../lib/testing/proc.ts';
import { exercise } from '../check/exercise.ts';
import type { Speaker, Talk } from '../check/talk.ts';
import { Wrong } from '../check/trouble.ts';

/** More than the kernel keeps for both ends of a connection. */
const LENGTH = 30_000_000;
/** What nobody shall keep. */
const MUCH = 200_000_000;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed()} MB`;

exercise(import.meta.url, async (check) => {
  const traced = await check.trace();
  const { server } = traced;
  /** How often the kernel has taken nothing. */
  const refused = (): number => traced.calls('write').filter(({ result }) => result === -EAGAIN).length;

  /** A client asks for a STREAM, and does not read: its socket is full then. */
  const stuck = async (talk: Talk, length: number): Promise<Speaker> => {
    const a = await talk.client();
    traced.forget();
    a.stopsReading().sends(`STREAM ${length}\n`);
    const full = (): boolean => traced.calls('write').length > 0 && (asleep(server.pid) || refused() > 0);
    await talk.until(full, { what: `as much for ${a.name} as its socket takes`, instead: () => 'nothing is written' });
    return a;
  };

  await check.takes('an answer that is sent leaves nothing to do', server, 'busy', async (talk) => {
    const a = await talk.client();
    await a.sends('PING\n').gets('PONG\n');
    traced.forget();
    await a.isHeard();
    const turns = traced.calls('epoll_wait').length;
    if (turns > 20) talk.trouble(`all is answered, and epoll_wait was called ${turns} times since`);
  });

  await check.takes('a short answer costs no epoll_ctl', server, 'switches', async (talk) => {
    const a = await talk.client();
    await a.sends('PING\n').gets('PONG\n');
    traced.forget();
    for (let i = 0; i < 10; i++) await a.sends('PING\n').gets('PONG\n');
    const calls = traced.calls('epoll_ctl').length;
    if (calls > 0) talk.trouble(`for ten requests epoll_ctl was called ${calls} times`);
  });

  await check.takes('who reads on gets every byte', server, 'stalls', async (talk) => {
    const a = await stuck(talk, LENGTH);
    traced.forget();
    try {
      await a.readsOn().getsMany('A', LENGTH);
      await a.gets('DONE\n');
    } catch (error) {
      const written = traced.calls('write').filter(({ result }) => result > 0);
      if (written.length === 0) throw error;
      throw new Wrong('short-write', (error as Error).message);
    }
  });

  await check.takes('who does not read keeps nobody else waiting', server, 'spins', async (talk) => {
    await stuck(talk, LENGTH);
    const b = await talk.client();
    b.sends('PING\n');
    await talk.until(() => b.hasBytes || refused() > 100, { what: 'an answer for B', instead: () => 'there is none' });
    if (!b.hasBytes) talk.trouble(`meanwhile write was called ${refused()} times for A, and took nothing (EAGAIN)`);
    await b.gets('PONG\n');
  });

  await check.takes('however much it is, it does not pile up', server, 'unbounded', async (talk) => {
    const before = residentBytes(server);
    const a = await stuck(talk, MUCH);
    await a.isHeard();
    const grown = residentBytes(server) - before;
    if (grown > MUCH / 4) talk.trouble(`A reads nothing, and the server has grown by ${megabytes(grown)}`);
  });
});
