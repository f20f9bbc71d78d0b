/** Predictions: what counts as right, that each experiment shows what its chapter says, and how people are asked. */

import { once } from 'node:events';
import test from 'ava';
import { refusal } from '../../chapters/servers.ts';
import { refusing } from '../../lib/testing/lacking.ts';
import { startProgram, until } from '../../lib/testing/server.ts';
import { Learner, lines } from '../exercises/learner.ts';
import { findParagraph } from '../exercises/paragraph.ts';
import { isRight, type Prediction, parseGuess } from './prediction.ts';
import { chapters, predictionsOf } from './predictions.ts';

const never = new Promise<never>(() => {});

async function prediction(chapter: string, number = 1): Promise<Prediction> {
  return (await predictionsOf(chapter))[number - 1]!;
}

test('each says where to read why', async (t) => {
  for (const chapter of chapters()) {
    for (const { read } of await predictionsOf(chapter)) t.is(findParagraph(read), undefined);
  }
});

test('a choice is a letter or its name, a number may have commas, and all else is no answer', async (t) => {
  const choice = await prediction('08-poll');
  t.deepEqual(parseGuess(choice, ' B '), { guess: 'select' });
  t.deepEqual(parseGuess(choice, 'poll'), { guess: 'poll' });
  t.deepEqual(parseGuess(choice, 'e'), { problem: '"e" is none of a, b, c, d' });
  const number = await prediction('09-epoll');
  t.deepEqual(parseGuess(number, '1,000'), { guess: '1000' });
  for (const word of ['', 'many', '1,00', '-1', '1e3']) t.true('problem' in parseGuess(number, word), word);
});

test('a number is right within the factor that its question allows, and exactly without one', async (t) => {
  const exact = await prediction('09-epoll', 1);
  t.true(isRight(exact, '1', '1'));
  t.false(isRight(exact, '2', '1'));
  const about = await prediction('09-epoll', 2);
  t.true(isRight(about, '8', '11.3'));
  t.true(isRight(about, '16', '11.3'));
  t.false(isRight(about, '17', '11.3'));
  t.false(isRight(about, '0', '11.3'));
});

for (const [chapter, ...measured] of [
  ['01-iterative', 'waits'],
  ['03-thread-per-connection', 'before'],
  ['04-process-per-connection', 'walls'],
  ['05-prefork', 'three'],
  ['06-descriptor-passing', '4'],
  ['07-prethreaded', '1'],
  ['08-poll', 'select'],
  ['09-epoll', '1'],
  ['10-epoll-workers', '20'],
  ['11-reactor', 'own'],
  ['12-coroutines', 'once'],
  ['14-node-net', 'closed'],
  ['15-resets', '5-epipe', 'econnreset'],
  ['16-signals', '1'],
  ['17-sendfile', 'bs'],
  ['18-small-writes', '40'],
] as const) {
  test.serial(`${chapter}: the experiment shows what the text says`, async (t) => {
    for (const [index, expected] of measured.entries()) {
      const { experiment } = await prediction(chapter, index + 1);
      const shown = await experiment(never);
      t.is(shown.measured, expected, shown.seen);
      for (const line of shown.seen.split('\n')) t.true(line.length <= 76, line); // it is put in by four
    }
  });
}

test.serial('02-select: the experiment shows what the text says', async (t) => {
  const { measured, seen } = await (await prediction('02-select')).experiment(never);
  t.true(Number(measured) > 900 && Number(measured) < 1024, measured);
  t.regex(seen, /its descriptor is 1024/);
});

test.serial('13-io-uring: the experiment shows what the text says, or says why it cannot be made', async (t) => {
  const { experiment } = await prediction('13-io-uring');
  const why = refusal('13-io-uring');
  if (why !== undefined) {
    t.log(`NOT CHECKED: what it shows, for ${why}`);
    await t.throwsAsync(experiment(never), { message: `13-io-uring cannot run here: ${why}` });
    return;
  }
  const { measured, seen } = await experiment(never);
  t.true(Number(measured) >= 1000 && Number(measured) < 1100, seen);
  for (const call of ['accept4', 'read', 'write']) t.regex(seen, new RegExp(`^${call} +0$`, 'm'));
});

test.serial('where the kernel refuses io_uring, that is one line, and nothing is measured', async (t) => {
  const args = ['predict', '13', '--guess', '1000'];
  const program = startProgram(t, 'lab/lab.ts', { args, by: refusing('io_uring_setup', 'EPERM') });
  t.is(await program.ended, 1);
  t.is(program.stderr.length, 1, program.stderr.join('\n'));
  t.regex(program.stderr[0]!, /^lab predict: 13-io-uring cannot run here: io_uring is forbidden here, /);
  t.notRegex(program.stdout.join('\n'), /Predicted|Measured/);
});

test.serial('the first guess counts, and the score is kept', async (t) => {
  const learner = new Learner();
  t.teardown(() => learner.leave());
  const first = await learner.lab('predict', '1', '--guess', 'a');
  t.is(first.status, 0, first.stderr);
  t.regex(
    first.stdout,
    /Predicted {2}its connection is refused\n {2}Measured {3}it is connected at once, and has no answer\n/,
  );
  t.regex(first.stdout, /\n {2}not so\n[\s\S]*\n {2}0 of 1 predictions were right\.\n$/);

  const nothing = /^$/;
  const question = /^09-epoll\/1\n\n {2}A client connects and asks for PING [\s\S]*meanwhile\?\n\n$/;
  for (const [words, says, shown] of [
    [['19'], /no predictions for 19; npx lab predict lists them/, nothing],
    [['9'], /there is no terminal to ask on: --guess VALUE answers/, question],
    [['9', '--guess', 'many'], /"many" is no number/, question],
    [['9', '--question', '3'], /09-epoll has 2 questions/, nothing],
    [['--guess', '3'], /which chapter\?/, nothing],
  ] as const) {
    const { status, stdout, stderr } = await learner.lab('predict', ...words);
    t.is(status, 2, words.join(' '));
    t.regex(stdout, shown);
    t.regex(stderr, new RegExp(`^lab predict: ${says.source}.*\n$`));
  }

  // On a terminal it asks until there is an answer; Ctrl-C is one, too.
  const child = learner.terminal(['predict', '01']);
  const closed = once(child, 'close');
  let shown = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  await until(() => /Your prediction: /.test(shown), 'it asks');
  t.deepEqual(
    lines(shown).filter((line) => line.length > 80),
    [],
  );
  child.stdin!.write('x\r');
  await until(() => /is none of a, b, c, d[\s\S]*Your prediction: /.test(shown), 'it asks again');
  child.stdin!.write('c\r');
  t.is((await closed)[0], 0);
  t.regex(shown, /Your first prediction counts[\s\S]*0 of 1 predictions were right/);

  const stopped = learner.terminal(['predict', '01']);
  let asked = '';
  stopped.stdout!.on('data', (chunk: Buffer) => {
    asked += chunk.toString();
  });
  await until(() => /Your prediction: /.test(asked), 'it asks');
  stopped.stdin!.write('\x03');
  t.is((await once(stopped, 'close'))[0], 130);
  t.notRegex(asked, /measuring/);
});
