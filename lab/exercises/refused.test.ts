/** Where a machine refuses what an exercise needs, it is said that nothing was checked: no answer is called wrong, and none is done. */

import { spawnSync } from 'node:child_process';
import test from 'ava';
import { refusing } from '../../lib/testing/lacking.ts';
import { Learner } from './learner.ts';

test('where the kernel refuses io_uring, its exercise is not tested', (t) => {
  const learner = new Learner();
  t.teardown(() => learner.leave());
  const lab = (...words: string[]): { status: number | null; said: string } => {
    const [command = '', ...rest] = [
      ...refusing('io_uring_setup', 'EPERM'),
      process.execPath,
      '--import',
      './lib/testing/typescript.mjs',
      'lab/lab.ts',
      ...words,
    ];
    const { status, stdout, stderr } = spawnSync(command, rest, { cwd: learner.root, encoding: 'utf8' });
    return { status, said: (stdout + stderr).replace(/\s+/g, ' ') };
  };
  const words = /NOT TESTED: 13-buffers, for io_uring is forbidden here, by a seccomp filter/;
  const verified = lab('verify', '13-buffers');
  t.is(verified.status, 0, verified.said);
  t.regex(verified.said, words);
  const checked = lab('check', '13-buffers');
  t.is(checked.status, 1, checked.said);
  t.regex(checked.said, words);
  t.deepEqual(JSON.parse(learner.read('.lab/state.json')).exercises, { '13-buffers': {} });
});
