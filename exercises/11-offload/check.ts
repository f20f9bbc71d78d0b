/** Who BURNs holds up nobody: shown by a load beside another, by who is answered before whom, and by the jobs' ways. */

import { MESSAGE } from '../../chapters/11-reactor/message.ts';
import { burn } from '../../lib/service/burn.ts';
import type { TraceRecord } from '../../lib/sys/trace.ts';
import { exercise } from '../check/exercise.ts';
import { load } from '../check/load.ts';
import { atOnce } from '../check/still.ts';
import type { Speaker, Talk } from '../check/talk.ts';
import { Wrong } from '../check/trouble.ts';

const BURNERS = 2;
/** Rounds that take a tenth of a second or so, and those that take less than half of it. */
const LONG = 100_000_000;
const SHORT = 40_000_000;
/** By rounds: the answers that are known already. */
const results = new Map<number, string>();
/** Answers BURN. */
function result(rounds: number): string {
  const known = results.get(rounds) ?? `RESULT ${burn(rounds)}\n`;
  results.set(rounds, known);
  return known;
}
/** Clients that say PING again and again; so many answers that one late one for each of them is more than one in 100. */
const CONNECTIONS = 8;
const ENOUGH = 200;
/** So many PINGs take far longer than a BURN does. */
const TOO_MANY = 50_000;

exercise(import.meta.url, async (check) => {
  const traced = await check.trace('--burners', `${BURNERS}`);
  const { server } = traced;
  /** What the loop has sent to the threads, and received from them: nothing else that it reads or writes is as long. */
  const messages = (...calls: string[]): TraceRecord[] =>
    traced.calls(...calls).filter((each) => each.thread === 0 && each.result === MESSAGE);
  /** How many jobs were sent of which no result had come yet, at most. */
  const atMost = (): number => {
    let [out, most] = [0, 0];
    for (const { call } of messages('read', 'write')) {
      out += call === 'write' ? 1 : -1;
      most = Math.max(most, out);
    }
    return most;
  };
  /** Gives every thread a job that takes a while. */
  const occupies = async (talk: Talk, clients: readonly Speaker[], rounds: number): Promise<void> => {
    for (const one of clients) await one.sends('PING\n').gets('PONG\n');
    await clients[0]!.isHeard(); // nor is there anybody left of those who were there before
    traced.forget();
    for (const one of clients) one.sends(`BURN ${rounds}\n`);
    await talk.until(() => messages('write').length === BURNERS, { what: 'a job for every thread' });
  };
  /** Waits until so many connections have been closed. @returns whether no result had come by then */
  const areGone = async (talk: Talk, clients: number): Promise<boolean> => {
    await talk.until(() => traced.calls('close').length === clients, { what: 'the end of those who left' });
    return messages('read').length === 0;
  };

  await check.takes('a BURN is answered', server, 'never-told', async (talk) => {
    const both = [await talk.client(), await talk.client()];
    for (const one of both) one.sends('BURN 5\nPING\n');
    for (const one of both) await one.gets(`${result(5)}PONG\n`);
  });

  /** The mistake, where a BURN holds up the loop: a thread may compute, and the loop wait for it all the same. */
  const heldUp = (talk: Talk, ...words: string[]): never => {
    if (traced.calls('write').some(({ thread }) => thread > 0)) throw new Wrong('waits', talk.text(...words));
    return talk.trouble(...words);
  };

  await check.takes('a PING that comes behind a BURN is answered before it', server, 'on-the-loop', async (talk) => {
    const [a, b] = [await talk.client(), await talk.client()];
    const numbers: number[] = [];
    /** By whom the loop's answers were, in their order. A call is recorded when it is over, which may be after the answer is here. */
    const answers = (): number[] =>
      traced.calls('write').flatMap(({ fd, thread, result }) => (thread === 0 && result !== MESSAGE ? [fd] : []));
    for (const one of [a, b]) {
      traced.forget();
      await one.sends('PING\n').gets('PONG\n');
      await talk.until(() => answers().length === 1, { what: 'the answer in the trace' });
      numbers.push(answers()[0]!);
    }
    // The BURN must take longer than the loop does to come to B: should the machine be too slow for that, a longer one follows.
    for (let attempt = 1; ; attempt++) {
      traced.forget();
      const question = `BURN ${2 ** attempt * SHORT}\n`;
      await atOnce(talk, async (lands) => {
        await lands(a.sends(question), question.length);
        await lands(b.sends('PING\n'), 5);
      });
      await b.gets('PONG\n');
      await a.gets(result(2 ** attempt * SHORT));
      await talk.until(() => answers().length === 2, { what: 'both answers in the trace' });
      if (answers()[0] === numbers[1]) return;
      if (attempt === 3) heldUp(talk, "A's result was written first, and only then what B had asked for meanwhile");
    }
  });

  await check.takes('while others BURN, a PING takes its usual time', server, 'on-the-loop', async (talk) => {
    const pings = { connections: CONNECTIONS, expectBody: 'PONG\n' };
    const idle = await load(server, '/ping', { ...pings, amount: 5 * ENOUGH }); // or it would be that of the first ones
    const [a, b] = [await talk.client(), await talk.client()];
    // Where this machine has so much to do that a right answer is late, it is not so every time.
    for (let attempt = 1; ; attempt++) {
      traced.forget();
      const rounds = LONG + attempt;
      let [began, took] = [0, 0];
      const lasts = (answered: number): boolean => {
        if (began === 0 && answered >= ENOUGH / 10) {
          began = performance.now();
          for (const one of [a, b]) one.sends(`BURN ${rounds}\n`);
        }
        if (took === 0 && (a.hasBytes || b.hasBytes)) took = performance.now() - began;
        const over = (a.hasBytes && b.hasBytes) || answered >= TOO_MANY;
        return !over || answered < ENOUGH;
      };
      const { p99 } = await load(server, '/ping', { ...pings, lasts });
      for (const one of [a, b]) await one.gets(result(rounds));
      if (p99 - idle.p99 < took / 2) return;
      if (attempt < 3) continue;
      const words = [
        `99 of 100 PINGs took ${idle.p99} ms at most while nobody asked for BURN;`,
        `they took ${p99} ms while A and B did, who had the first answer after ${took.toFixed()} ms`,
      ];
      heldUp(talk, ...words);
    }
  });

  await check.takes('each has its own result, whoever is ready first', server, 'mixed-up', async (talk) => {
    const [a, b] = [await talk.client(), await talk.client()];
    const [what, instead] = ["A's BURN sent to a thread", () => 'it is not'];
    for (let rounds = SHORT; ; rounds *= 2) {
      traced.forget();
      a.sends(`BURN ${rounds}\n`);
      await talk.until(() => messages('write').length > 0, { what, instead });
      await b.sends('BURN 5\n').gets(result(5));
      await a.gets(result(rounds));
      // A's thread must have been at it for longer than B's: should the machine be too slow for that, a longer one follows.
      const [taken] = traced.calls('read').filter(({ thread }) => thread > 0);
      const [computed] = traced.calls('write').filter(({ thread }) => thread > 0);
      if (computed?.thread !== taken?.thread) return;
    }
  });

  await check.takes('of more BURNs than threads each has its turn', server, 'left-waiting', async (talk) => {
    const clients: Speaker[] = [];
    for (let i = 0; i < 5; i++) clients.push(await talk.client());
    for (const client of clients) await client.sends('PING\n').gets('PONG\n');
    traced.forget();
    await atOnce(talk, async (lands) => {
      for (const [i, client] of clients.entries()) await lands(client.sends(`BURN ${1000 + i}\n`), 10);
    });
    for (const [i, client] of clients.entries()) await client.gets(result(1000 + i));
    const most = atMost();
    if (most > BURNERS) throw new Wrong('floods', talk.text(`${most} jobs were sent to ${BURNERS} threads`));
  });

  await check.takes('who is gone is told nothing, nor is who has his number', server, 'not-given-up', async (talk) => {
    const accepted = (): number => traced.calls('accept4').findLast((call) => call.result >= 0)!.result;
    // The result must come when the number is another's: should the machine be too slow for that, a longer one follows.
    for (let rounds = SHORT; ; rounds *= 2) {
      const a = await talk.client();
      traced.forget();
      await a.sends(`PING\nBURN ${rounds}\n`).gets('PONG\n');
      await talk.until(() => messages('write').length > 0, { what: "A's BURN sent to a thread" });
      const number = traced.calls('write')[0]!.fd; // of the PONG
      a.leaves();
      await talk.until(() => traced.calls('close').some(({ fd }) => fd === number), { what: 'the end of A' });
      const others: Speaker[] = [];
      do {
        const b = await talk.client();
        await b.sends('PING\nWAIT 600000\n').gets('PONG\n');
        others.push(b);
      } while (accepted() !== number); // until one has the number that A had
      const inTime = messages('read').length === 0;
      await talk.until(() => messages('read').length > 0, { what: "the result of A's BURN" });
      for (const b of others) {
        await b.isHeard();
        b.nothing();
      }
      if (inTime) return;
    }
  });

  await check.takes('a thread whose client is gone is free when it is done', server, 'left-waiting', async (talk) => {
    // C must ask before a thread is done: should the machine be too slow for that, a longer one follows.
    for (let rounds = LONG; ; rounds *= 2) {
      const [a, b, c] = [await talk.client(), await talk.client(), await talk.client()];
      await c.sends('PING\n').gets('PONG\n');
      await occupies(talk, [a, b], rounds);
      for (const one of [a, b]) one.leaves();
      await areGone(talk, 2);
      const question = 'BURN 5\n';
      await c.sends(question).gets(result(5));
      await talk.until(() => messages('read').length === BURNERS + 1, { what: 'the results of all threads' });
      const most = atMost();
      const words = `${most} jobs were under way, for ${BURNERS} threads: those of A and B were not done`;
      if (most > BURNERS) throw new Wrong('frees-early', talk.text(words));
      const read = traced.calls('read').filter(({ thread }) => thread === 0);
      const first = read.find(({ result }) => result === MESSAGE || result === question.length);
      if (first?.result !== MESSAGE) return;
    }
  });

  await check.takes('who goes before it is his turn is not computed for', server, 'for-nobody', async (talk) => {
    // C must be gone before a thread is free: should the machine be too slow for that, a longer one follows.
    for (let rounds = LONG; ; rounds *= 2) {
      const [a, b, c] = [await talk.client(), await talk.client(), await talk.client()];
      await occupies(talk, [a, b], rounds);
      await c.sends('PING\nBURN 5\n').gets('PONG\n');
      c.leaves();
      const inTime = await areGone(talk, 1);
      for (const one of [a, b]) await one.gets(result(rounds));
      await a.isHeard();
      const sent = messages('write').length;
      if (inTime && sent > BURNERS) talk.trouble(`${sent} jobs were sent, one of them for C, who had gone before`);
      if (inTime) return;
    }
  });
});
