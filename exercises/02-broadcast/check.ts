/** A chat in which nobody waits for who does not read, who reads late hears all, and who never reads is dropped. */

import { EAGAIN } from '../../lib/sys/errors.ts';
import { exercise } from '../check/exercise.ts';
import { calm, pause } from '../check/silence.ts';
import { atOnce } from '../check/still.ts';
import type { Speaker, Talk } from '../check/talk.ts';
import { Trouble, Wrong } from '../check/trouble.ts';

/** Lines of 1,000 bytes, each different. */
function lines(from: number, count: number): string {
  return Array.from({ length: count }, (_, i) => `line ${from + i} `.padEnd(999, '.').concat('\n')).join('');
}

exercise(import.meta.url, async (check) => {
  const traced = await check.trace();
  const { server } = traced;
  const drops = (): string[] => server.stderr.filter((line) => line.endsWith(' is dropped'));

  /** A descriptor to which the last write has found no room. */
  const full = (): number | undefined => {
    const last = new Map(traced.calls('write').map(({ fd, result }) => [fd, result]));
    return [...last].find(([, result]) => result === -EAGAIN)?.[0];
  };

  /** A speaks and B hears it, until C's socket is full and more waits for C. @returns all that was said */
  const fills = async (talk: Talk, a: Speaker, b: Speaker, c: Speaker): Promise<string> => {
    c.socket.pause();
    traced.forget();
    let all = '';
    // Full for good, and not for the instant in which the bytes are on their way.
    for (let more = 3; more > 0; more -= full() === undefined ? 0 : 1) {
      talk.note('C', 'reads', 'nothing');
      for (let i = 0; i < 5; i++) {
        const said = lines(all.length / 1000, 4);
        all += said;
        a.sends(said);
        await b.gets(said);
      }
      await a.isHeard();
    }
    return all;
  };

  /** Somebody who is behind must hear all that was said, and did not. @throws Wrong that tells why */
  const behind = async (error: unknown, came: () => number, said: number): Promise<never> => {
    if (!(error instanceof Trouble)) throw error;
    const [dropped] = drops();
    if (dropped !== undefined) throw new Wrong('too-harsh', `${error.message}\n${dropped}`);
    await calm(server); // what it has for C it has written by now
    for (let i = 0; i < 10 && came() < said; i++) await pause();
    throw new Wrong(came() < said ? 'lost' : 'overtakes', error.message);
  };

  /** Counts what comes for a client. */
  const counts = ({ socket }: Speaker): (() => number) => {
    let count = 0;
    socket.on('data', ({ length }: Buffer) => {
      count += length;
    });
    return () => count;
  };

  /** Three clients that are in the room. */
  const three = async (talk: Talk): Promise<[Speaker, Speaker, Speaker]> => {
    const all: [Speaker, Speaker, Speaker] = [await talk.client(), await talk.client(), await talk.client()];
    await all[2].isHeard();
    return all;
  };

  await check.takes('what one says, all others hear', server, 'lost', async (talk) => {
    const [a, b, c] = await three(talk);
    a.sends('hello\n');
    await b.gets('hello\n');
    await c.gets('hello\n');
    a.nothing();
  });

  await check.takes('while nothing is to be written, the loop sleeps', server, 'busy', async (talk) => {
    const [a, b, c] = await three(talk);
    traced.forget();
    await a.sends('hello\n').isHeard();
    for (const client of [b, c]) await client.gets('hello\n');
    for (let i = 0; i < 5; i++) await pause();
    const turns = traced.calls('select').length;
    if (turns > 20) talk.trouble(`meanwhile select has returned ${turns} times; two or three would do`);
  });

  await check.takes('a slow reader stops nobody, and misses nothing', server, 'stops-all', async (talk) => {
    const [a, b, c] = await three(talk);
    const came = counts(c);
    const all = await fills(talk, a, b, c);
    talk.note('C', 'reads', 'again');
    c.socket.resume();
    try {
      await c.gets(all);
      await a.sends('and now\n').isHeard();
      await c.gets('and now\n');
    } catch (error) {
      await behind(error, came, all.length + 'and now\n'.length);
    }
  });

  await check.takes('and hears all in the order in which it was said', server, 'overtakes', async (talk) => {
    const [a, b, c] = await three(talk);
    const came = counts(c);
    const all = await fills(talk, a, b, c);
    const fd = full();
    // What the kernel has for C. The rest waits in the outbox, and begins in mid-line as often as not.
    const taken = traced
      .calls('write')
      .reduce((sum, { fd: to, result }) => sum + (to === fd ? Math.max(result, 0) : 0), 0);
    const now = 'and now\n';
    try {
      await atOnce(talk, async (lands) => {
        talk.note('C', 'reads', 'so much that its socket has room');
        c.socket.resume();
        await c.gets(all.slice(0, taken));
        a.sends(now);
        await lands(a, now.length);
      });
      await c.gets(all.slice(taken) + now);
    } catch (error) {
      await behind(error, came, all.length + now.length);
    }
    await b.gets(now);
  });

  await check.takes('who never reads is dropped, and nobody else', server, 'unbounded', async (talk) => {
    const [a, b, c] = await three(talk);
    talk.note('C', 'stops', 'to read');
    c.socket.pause();
    const came = counts(c);
    const before = drops().length;
    let said = 0;
    for (; drops().length === before && said < 2000; said += 200) {
      await a.sends(lines(said, 200)).isHeard();
      await b.gets(lines(said, 200));
    }
    if (drops().length === before) {
      talk.note('C', 'reads', 'again');
      c.socket.resume();
      await talk
        .until(() => came() >= said * 1000, { what: 'all that was said' })
        .catch((error) => {
          if (!(error instanceof Trouble)) throw error;
        });
      const missed = said * 1000 - came();
      const words = `expected: C is dropped; it is not, and ${said} lines were said since`;
      if (missed > 0) throw new Wrong('leaves-out', talk.text(words, `of their bytes ${missed} have not come to C`));
      talk.trouble(words, 'all of them have waited for it');
    }
    await a.sends('and now\n').isHeard();
    await b.gets('and now\n');
  });
});
