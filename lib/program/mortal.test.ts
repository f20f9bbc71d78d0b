/** A program that is started by others' words: it is itself, and ends with whoever has started it. */

import { execFileSync } from 'node:child_process';
import test from 'ava';
import { usage } from '../testing/proc.ts';
import { startProgram, until } from '../testing/server.ts';
import { mortal } from './mortal.ts';

test('it ends with whoever has started it, however that ends', async (t) => {
  const starter = startProgram(t, 'lib/program/fixtures/parent.ts', { args: ['program'] });
  const pid = Number((await starter.line(/^\d+$/))[0]);
  await until(() => usage(pid)?.name === 'sleep', 'the program runs');
  t.is(usage(pid)?.parent, starter.child.pid);
  starter.child.kill('SIGKILL'); // alone: it is not its group that the other ends with
  await until(() => [undefined, 'Z'].includes(usage(pid)?.state), 'the program has ended, too');
});

test('what runs is the program, with its own words, as a child of whoever has started it', (t) => {
  const [command, ...words] = mortal([
    process.execPath,
    '--print',
    '[process.ppid, ...process.argv.slice(1)].join()',
    'a b',
  ]);
  t.is(execFileSync(command!, words, { encoding: 'utf8' }), `${process.pid},a b\n`);
});
