/** What several children count together is all there: shown by who counts while another is served, and by a rush. */

import type { Server } from '../../lib/testing/server.ts';
import { exercise } from '../check/exercise.ts';
import { calm } from '../check/silence.ts';
import type { Speaker, Talk } from '../check/talk.ts';
import { Wrong } from '../check/trouble.ts';

const CHILDREN = 2;
/**
 * So often one child counts while the other counts without a pause. Either they run on two processors at once; or they
 * share one, and each time it is taken from the other child in the midst of its counting, about every fifth time between
 * a reading and a writing. All that is counted then is undone; that it never happens is out of the question.
 */
const RUSH = 200;
/** So many bytes come on each of those connections: in all more than 32 bits can count. */
const BYTES = 1_000_000;

/** Connections and bytes. */
type Totals = readonly [connections: bigint, bytes: bigint];

/** What the server has counted so far. */
async function totals(talk: Talk, server: Server): Promise<Totals> {
  const before = server.stdout.length;
  const told = (): RegExpExecArray | undefined =>
    server.stdout
      .slice(before)
      .map((line) => /^(\d+) connections, (\d+) bytes$/.exec(line))
      .find((match) => match !== null);
  process.kill(server.pid, 'SIGUSR2');
  await talk.until(() => told() !== undefined, { what: 'a line with the totals', instead: () => 'it does not come' });
  const [line, connections, bytes] = told()!;
  talk.note('the server', 'has counted', line);
  return [BigInt(connections!), BigInt(bytes!)];
}

/** Whether the server has counted so many more than before. */
function expect(talk: Talk, before: Totals, after: Totals, more: Totals): void {
  const expected = [before[0] + more[0], before[1] + more[1]] as const;
  if (after[0] !== expected[0] || after[1] !== expected[1]) {
    talk.trouble(`expected: ${expected[0]} connections, ${expected[1]} bytes`);
  }
}

/** Ends a connection, which is counted then. */
async function leaves(client: Speaker): Promise<void> {
  await client.ends().getsTheEnd();
}

exercise(import.meta.url, async (check) => {
  const server = await check.start('--children', `${CHILDREN}`);

  await check.takes('two clients are served at once', server, 'locked', async (talk) => {
    const [a, b] = [await talk.client(), await talk.client()];
    for (const each of [a, b]) await each.sends('PING\n').gets('PONG\n');
    for (const each of [a, b]) await leaves(each);
  });

  await check.takes('each child adds to what others have counted', server, 'overwritten', async (talk) => {
    const before = await totals(talk, server);
    for (let i = 0; i < 2 * CHILDREN; i++) {
      await calm(server); // all sleep in accept4, and the kernel wakes the one that has slept longest
      const client = await talk.client();
      await client.sends('PING\n').gets('PONG\n');
      await leaves(client);
    }
    expect(talk, before, await totals(talk, server), [4n, 20n]);
  });

  await check.takes('and to what they count while it serves', server, 'read-before', async (talk) => {
    const before = await totals(talk, server);
    const a = await talk.client();
    await a.sends('PING\n').gets('PONG\n'); // a child has begun with it
    const b = await talk.client();
    await b.sends('PING\nPING\n').gets('PONG\nPONG\n');
    await leaves(b);
    await a.sends('PING\n').gets('PONG\n');
    await leaves(a);
    expect(talk, before, await totals(talk, server), [2n, 20n]);
  });

  const rush = await check.start('--children', `${CHILDREN}`, '--rush', `${RUSH}`, '--bytes', `${BYTES}`);

  await check.takes('nothing is lost when all count at once', rush, 'two-steps', async (talk) => {
    const counted = (): RegExpExecArray[] =>
      rush.stdout.map((line) => /^child \d+ has counted (\d+) /.exec(line)).filter((match) => match !== null);
    await talk.until(() => counted().length === CHILDREN, { what: `${CHILDREN} children that have counted` });
    let connections = 0n;
    for (const { input, 1: count } of counted()) {
      talk.note('the server', 'says', input);
      connections += BigInt(count!);
    }
    const more = [connections, connections * BigInt(BYTES)] as const;
    const after = await totals(talk, rush);
    try {
      expect(talk, [0n, 0n], after, more);
    } catch (error) {
      const small = after[0] === more[0] && after[1] === BigInt.asUintN(32, more[1]);
      throw small ? new Wrong('too-small', (error as Error).message) : error;
    }
  });
});
