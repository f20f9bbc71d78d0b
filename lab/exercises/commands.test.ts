/** The runner's commands: what they print for whom, what they refuse, and that nothing of the learner's is lost. */

import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { applyPatch } from 'diff';
import { until } from '../../lib/testing/server.ts';
import { Learner, lines } from './learner.ts';

const learner = new Learner();
test.after.always(() => learner.leave());
const YOURS = 'exercises/01-lines/yours.ts';

/** A command is refused with one line. */
async function refused(t: ExecutionContext, status: number, says: RegExp, ...words: string[]): Promise<void> {
  const done = await learner.lab(...words);
  t.deepEqual([done.status, done.stdout], [status, ''], words.join(' '));
  t.regex(done.stderr, says);
  t.is(done.stderr.trimEnd().split('\n').length, 1, done.stderr);
}

/** Starts something on a terminal. @returns what it has shown so far */
function watched(child: ReturnType<Learner['terminal']>): { text: string } {
  const shown = { text: '' };
  child.stdout!.on('data', (chunk: Buffer) => {
    shown.text += chunk.toString();
  });
  return shown;
}

/** Everybody who works in the learner's folder: ava, its workers, and the servers under check. */
function running(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === learner.root;
    } catch {
      return false; // it has ended
    }
  });
}

test.serial('mistakes on the command line are one line, and say what there is', async (t) => {
  await refused(t, 2, /^lab check: no exercise nonsense; there is 01-lines, .*09-wait/, 'check', 'nonsense');
  await refused(t, 2, /^lab check: 0 may be 01-lines or /, 'check', '0');
  await refused(
    t,
    2,
    /^lab diff: --yours and --changes exclude each other/,
    'diff',
    '01-lines',
    '--yours',
    '--changes',
  );
  await refused(t, 2, /^lab list: too many arguments/, 'list', 'all');
  await refused(t, 2, /^lab reset: missing required argument 'exercise'/, 'reset');
  await refused(t, 2, /^lab watch: unknown option '--now'/, 'watch', '--now');
});

test.serial('what cannot be done yet is one line that says what can', async (t) => {
  await refused(t, 1, /npx lab start 01-lines makes it$/m, 'diff', 'lines', '--yours');
  await refused(
    t,
    1,
    /^lab hint: no check has failed yet: npx lab check 01-lines says what is wrong$/m,
    'hint',
    '01-l',
  );
});

test.serial('a state that cannot be read is one line, and stays as it is', async (t) => {
  await learner.lab('start', '01-lines');
  const state = learner.read('.lab/state.json');
  for (const damaged of ['{"current": ', 'null', '{"exercises": 5}', '{"exercises": {"01-lines": null}}']) {
    learner.write('.lab/state.json', damaged);
    await refused(
      t,
      1,
      /^lab hint: \.lab\/state\.json cannot be read \(.*\); delete it to begin anew$/m,
      'hint',
      '01-l',
    );
    t.is(learner.read('.lab/state.json'), damaged);
  }
  learner.write('.lab/state.json', state);
});

test.serial('solve and reset keep what the learner has written', async (t) => {
  learner.write(YOURS, '// mine\n');
  const solved = await learner.lab('solve', '01-lines');
  t.is(
    solved.stdout,
    `Your answer is kept in .lab/kept/01-lines/1.ts\n${YOURS} is solutions/01-lines/solution.ts now\n`,
  );
  t.is(learner.read('.lab/kept/01-lines/1.ts'), '// mine\n');
  t.is(learner.read(YOURS), learner.read('solutions/01-lines/solution.ts'));
  const same = await learner.lab('diff', '01-lines', '--yours');
  t.is(same.stdout, `${YOURS} and solutions/01-lines/solution.ts are the same\n`);
  learner.write(YOURS, '// mine, too\n');
  await learner.lab('reset', '01-lines');
  t.is(learner.read('.lab/kept/01-lines/2.ts'), '// mine, too\n');
  t.is(learner.read(YOURS), learner.read('exercises/01-lines/starter.ts'));
  const nothing = await learner.lab('reset', '01-lines');
  t.is(nothing.stdout, `${YOURS} is exercises/01-lines/starter.ts now\n`, 'the starter itself need not be kept');
});

test.serial('the difference is a patch that makes the solution', async (t) => {
  const { stdout } = await learner.lab('diff', '01-lines');
  t.is(
    applyPatch(learner.read('exercises/01-lines/starter.ts'), stdout),
    learner.read('solutions/01-lines/solution.ts'),
  );
});

test.serial('on a terminal the list fits into 80 columns, and has colour unless NO_COLOR says no', async (t) => {
  learner.write('.lab/state.json', '{"exercises": {"01-lines": {"passed": "2026-01-01"}}}');
  for (const [env, coloured] of [
    [{}, true],
    [{ NO_COLOR: '1' }, false],
  ] as const) {
    const child = learner.terminal(['list'], env);
    const shown = watched(child);
    await once(child, 'close');
    t.is(shown.text.includes('\x1b['), coloured, shown.text);
    const rows = lines(shown.text);
    t.true(
      rows.some((row) => /^ +01-lines +done /.test(row.replace('>', ' '))),
      shown.text,
    );
    t.deepEqual(
      rows.filter((row) => row.length > 80),
      [],
    );
  }
  const plain = await learner.lab('list');
  t.false(plain.stdout.includes('\x1b'), 'nor where there is no terminal');
});

test.serial('watch ends at once with Ctrl-C, during a check, too, and leaves nobody behind', async (t) => {
  const child = learner.terminal(['watch', '01-lines']);
  const shown = watched(child);
  await until(() => running().length > 3, 'a check has begun: beside script and the lab there are ava and its worker');
  t.notRegex(shown.text, /\byes\b/);
  child.stdin!.write('\x03');
  const [status] = (await once(child, 'close')) as [number];
  t.is(status, 130);
  t.notRegex(shown.text, /is done|Hint/, 'the check did not come to its end');
  await until(() => running().length === 0, 'nobody of it runs any more');
});

test.serial('watch checks again when the file is saved, gives hints, and goes on', async (t) => {
  const child = learner.process('watch', '01-lines');
  const shown = watched(child);
  await until(() => /n next exercise/.test(shown.text), 'the starter is checked');
  t.regex(shown.text, /no {3}half a line is not answered/);
  child.stdin!.write('h\n');
  await until(() => /a nudge \(1 of 4\)/.test(shown.text), 'a hint');
  learner.write(YOURS, learner.read('solutions/01-lines/solution.ts'));
  await until(() => /01-lines is done/.test(shown.text), 'what was saved is checked');
  child.kill('SIGINT');
  t.is((await once(child, 'close'))[0], 130);
});
