/** A chat in which nobody waits for who does not read, who reads late misses nothing, and who never reads is dropped. */

import { EAGAIN } from '../../lib/sys/errors.ts';
import { exercise } from '../check/exercise.ts';
import { pause } from '../check/silence.ts';
import type { Speaker, Talk } from '../check/talk.ts';
import { Wrong } from '../check/trouble.ts';

/** Lines of 1,000 bytes, each different. */
function lines(from: number, count: number): string {
  return Array.from({ length: count }, (_, i) => `line ${from + i} `.padEnd(999, '.').concat('\n')).join('');
}

exercise(import.meta.url, async (check) => {
  const traced = await check.trace();
  const { server } = traced;
  const drops = (): string[] => server.stderr.filter((line) => line.endsWith(' is dropped'));

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
    c.socket.pause();
    traced.forget();
    let all = '';
    // For good, and not for the instant in which the bytes are on their way: the last write has found no room.
    const full = (): boolean => {
      const last = new Map(traced.calls('write').map(({ fd, result }) => [fd, result]));
      return [...last.values()].includes(-EAGAIN);
    };
    for (let more = 3; more > 0; more -= full() ? 1 : 0) {
      talk.note('C', 'reads', 'nothing');
      for (let i = 0; i < 5; i++) {
        const said = lines(all.length / 1000, 4);
        all += said;
        a.sends(said);
        await b.gets(said);
      }
      await a.isHeard();
    }
    talk.note('C', 'reads', 'again');
    c.socket.resume();
    try {
      await c.gets(all);
      await a.sends('and now\n').isHeard();
      await c.gets('and now\n');
    } catch (error) {
      const [dropped] = drops();
      if (dropped !== undefined) throw new Wrong('too-harsh', `${(error as Error).message}\n${dropped}`);
      throw new Wrong('lost', (error as Error).message);
    }
  });

  await check.takes('who never reads is dropped, and nobody else', server, 'unbounded', async (talk) => {
    const [a, b, c] = await three(talk);
    talk.note('C', 'stops', 'to read');
    c.socket.pause();
    const before = drops().length;
    let said = 0;
    for (; drops().length === before && said < 2000; said += 200) {
      await a.sends(lines(said, 200)).isHeard();
      await b.gets(lines(said, 200));
    }
    if (drops().length === before) talk.trouble(`expected: C is dropped; it is not, and ${said} lines wait for it`);
    await a.sends('and now\n').isHeard();
    await b.gets('and now\n');
  });
});
