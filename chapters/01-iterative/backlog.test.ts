/** What becomes of clients while nobody accepts is what the chapter says: as the demonstration saw it. */

import test, { type ExecutionContext } from 'ava';
import { demonstrate } from '../../lib/testing/demonstration.ts';
import { startProgram } from '../../lib/testing/server.ts';

const PROGRAM = 'chapters/01-iterative/backlog.ts';

/** A line of the demonstration: when, about whom, how it was, and how many waited in the queue then. */
interface Seen {
  readonly seconds: number;
  readonly who: string;
  readonly how: string;
  readonly queued: number;
}

/** Runs the demonstration. @returns its lines, without the first two */
async function seenWith(t: ExecutionContext, backlog: number): Promise<Seen[]> {
  const lines = await demonstrate(t, PROGRAM, { args: ['--backlog', `${backlog}`] });
  return lines.slice(2).map((line) => {
    const [, seconds, who, how, queued] =
      /^(\d+\.\d\d) s {2}(client \d+|accept4)(?:: |, )(.+); (\d+) in the queue$/.exec(line)!;
    return { seconds: Number(seconds), who: who!, how: how!, queued: Number(queued) };
  });
}

for (const backlog of [3, 1]) {
  test(`of clients that nobody accepts, ${backlog + 1} are connected with a backlog of ${backlog}; the others' SYNs are dropped`, async (t) => {
    const seen = await seenWith(t, backlog);
    const accept = seen.findIndex(({ who }) => who === 'accept4');
    // On a busy machine a client may have tried again already.
    const before = seen.slice(0, accept).filter(({ how }) => !/SYN sent/.test(how));
    t.deepEqual(
      before.map(({ who, how, queued }) => [who, how, queued]),
      Array.from({ length: backlog + 3 }, (_, i) => [
        `client ${i + 1}`,
        i <= backlog ? 'ESTABLISHED, its PING is sent' : 'SYN_SENT',
        Math.min(i + 1, backlog + 1),
      ]),
    );
    t.is(seen[accept]!.how, 'and in the connection lies "PING\\n"', 'what was sent before it was accepted');

    const after = seen.slice(accept + 1);
    const entered = after.filter(({ how }) => how.startsWith('ESTABLISHED'));
    t.is(entered.length, 1, `one gets in: ${after.map(({ who, how }) => `${who} ${how}`).join('; ')}`);
    const { who, seconds, queued } = entered[0]!;
    t.is(queued, backlog + 1);
    // Not as soon as there was room, but when its kernel tried again: a second after its SYN was dropped.
    t.true(seconds - before.find((one) => one.who === who)!.seconds >= 0.99);
    const other = who === `client ${backlog + 2}` ? backlog + 3 : backlog + 2;
    t.regex(seen.findLast((one) => one.who === `client ${other}`)!.how, /^SYN_SENT, SYN sent [3-9] times$/);
  });
}

test('a backlog that is no number is a mistake on the command line', async (t) => {
  const program = startProgram(t, PROGRAM, { args: ['--backlog', 'many'] });
  t.is(await program.ended, 2);
  t.is(program.stderr.length, 1);
});
