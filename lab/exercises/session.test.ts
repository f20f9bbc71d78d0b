/** Somebody who does what the messages say, from a fresh clone through three exercises, and opens no solution. */

import test, { type ExecutionContext } from 'ava';
import type { Outcome } from '../../lib/sys/fixtures/resources.ts';
import { Learner } from './learner.ts';

/** Types a command that some message has named. */
async function follow(t: ExecutionContext, learner: Learner, ...words: string[]): Promise<Outcome> {
  const { printed } = learner;
  t.true(
    printed.includes(`npx lab ${words.join(' ')}`),
    `"npx lab ${words.join(' ')}" stands in what was printed:\n${printed}`,
  );
  return learner.lab(...words);
}

/** A check fails, and says what the mistake is and what to read, in 80 columns. */
async function fails(t: ExecutionContext, learner: Learner, says: RegExp, read: string): Promise<void> {
  const { status, stdout, stderr } = await follow(t, learner, 'check');
  t.deepEqual([status, stderr], [1, ''], stdout);
  t.regex(stdout.replace(/\s+/g, ' '), says);
  t.true(stdout.includes(`Read  ${read}`), stdout);
  t.deepEqual(
    stdout.split('\n').filter((line) => line.length > 80),
    [],
  );
}

async function passes(t: ExecutionContext, learner: Learner, name: string): Promise<void> {
  const { status, stdout } = await follow(t, learner, 'check');
  t.is(status, 0, stdout);
  t.regex(stdout, new RegExp(`All \\d+ steps are passed: ${name} is done\\.`));
}

test('the messages lead through three exercises', async (t) => {
  t.timeout(600_000);
  const learner = new Learner();
  t.teardown(() => learner.leave());
  const edit = (name: string, step: number): void => learner.patch(`exercises/${name}/yours.ts`, `${name}-${step}`);

  learner.printed = learner.read('README.md');
  const begun = await follow(t, learner, 'start');
  t.regex(begun.stdout, /Read {3}exercises\/01-lines\/README\.md\n/);
  t.regex(begun.stdout, /Edit {3}exercises\/01-lines\/yours\.ts, just made from the starter\n/);

  await fails(t, learner, /What a read\(\) returned is taken for a line/, 'lib/service/README.md#from-bytes-to-bytes');
  // Who sent what, and a caret under the first byte that differs.
  t.regex(
    learner.printed,
    /\n {4}A sends {4}"ECHO "\n {4}A expects {2}nothing\n {4}A gets {5}"ERROR.*\n {16}\^ byte 1\n/,
  );
  const nudge = await follow(t, learner, 'hint');
  t.regex(nudge.stdout, /read-is-line: a nudge \(1 of 4\)\n\n {2}Are there bytes in `bytes` behind the last LF\?/);
  const concept = await follow(t, learner, 'hint', '01-lines');
  t.regex(concept.stdout, /the concept \(2 of 4\)\n\n[\s\S]* {2}Bytes are looked at where the carrier read them/);
  edit('01-lines', 1);
  await fails(t, learner, /The beginning of a line is lost/, 'lib/service/README.md#from-bytes-to-bytes');
  const other = await follow(t, learner, 'hint');
  t.regex(other.stdout, /half-forgotten: a nudge \(1 of 4\)/, 'another mistake, and the ladder begins anew');
  edit('01-lines', 2);
  await passes(t, learner, '01-lines');

  // Which one comes next depends on how many there are; every one of them is in the list.
  const [, next = ''] = /Go on {5}npx lab start (\S+)/.exec(learner.printed) ?? [];
  const list = await learner.lab('list');
  t.regex(list.stdout, /^> 01-lines +done /m);
  t.true(list.stdout.includes(`Go on: npx lab start ${next}`), list.stdout);
  await follow(t, learner, 'start', next);

  await learner.lab('start', '05-respawn');
  await fails(
    t,
    learner,
    /A child has ended, and nobody takes its place/,
    'chapters/05-prefork/README.md#four-and-again-four',
  );
  edit('05-respawn', 1);
  await passes(t, learner, '05-respawn');

  await learner.lab('start', '09-wait');
  const before = learner.printed.length;
  await fails(t, learner, /One client's WAIT keeps all others waiting/, 'chapters/02-select/README.md#how-it-works');
  t.regex(
    learner.printed.slice(before),
    /B expects +"PONG\\n"\n +no answer after 1 s in which the server slept, in nanosleep\n/,
  );
  edit('09-wait', 1);
  await fails(t, learner, /processor/, 'chapters/09-epoll/README.md#break-it');
  t.regex(learner.printed, /meanwhile epoll_wait was called \d+ times; two or three would do/);
  edit('09-wait', 2);
  await passes(t, learner, '09-wait');

  const compared = await follow(t, learner, 'diff', '09-wait', '--yours');
  t.regex(compared.stdout, /^--- exercises\/09-wait\/yours\.ts\n\+\+\+ solutions\/09-wait\/solution\.ts$/m);
  const state = JSON.parse(learner.read('.lab/state.json')) as { exercises: Record<string, { passed?: string }> };
  t.deepEqual(Object.keys(state.exercises), ['01-lines', '05-respawn', '09-wait']);
  t.true(Object.values(state.exercises).every(({ passed }) => /^\d{4}-\d\d-\d\d$/.test(passed ?? '')));
});
