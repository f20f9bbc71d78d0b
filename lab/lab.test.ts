/** `npx lab`: what there is, with examples; and each command has --help. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { type Outcome, outcome } from '../lib/sys/fixtures/resources.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Types a command, in the folder of the repository. */
function typed(t: ExecutionContext, ...words: string[]): Promise<Outcome> {
  const child = spawn(words[0]!, words.slice(1), { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  return outcome(child);
}

test('npx lab lists the commands, each of which has --help and is among the examples', async (t) => {
  const { status, stdout } = await typed(t, 'npx', 'lab');
  t.is(status, 0);
  t.true(
    readFileSync(`${ROOT}lab/README.md`, 'utf8').includes(`\n$ npx lab\n${stdout.trimEnd()}\n\`\`\`\n`),
    'as its text has it',
  );
  const [, list = '', examples = ''] = /^Commands:\n(.*?)\n\n.*Examples:\n(.*)$/ms.exec(stdout) ?? [];
  const names = [...list.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name!);
  t.true(names.includes('load'));
  for (const name of names) {
    t.regex(examples, new RegExp(`^  npx lab ${name}\\b`, 'm'));
    const help = await typed(t, process.execPath, 'lab/lab.mjs', name, '--help');
    t.deepEqual([help.status, help.stderr], [0, '']);
    t.regex(help.stdout, new RegExp(`^Usage: lab ${name} `));
    t.deepEqual(
      help.stdout.split('\n').filter((line) => line.length > 80),
      [],
    );
  }
});

test('what cannot be printed is one line and status 1; that nobody reads it is neither', async (t) => {
  const run = (sh: string): Promise<Outcome> => typed(t, 'bash', '-c', `set -o pipefail; ${sh}`);
  const node = `${process.execPath} lab/lab.mjs`;
  for (const words of ['', 'list']) {
    const full = await run(`${node} ${words} > /dev/full`);
    t.deepEqual([full.status, full.stderr], [1, 'lab: ENOSPC: no space left on device, write\n']);
  }
  const left = await run(`${node} list | true`);
  t.deepEqual([left.status, left.stderr], [0, '']);
});

test('a command that there is not is one line and status 2', async (t) => {
  const { status, stdout, stderr } = await typed(t, process.execPath, 'lab/lab.mjs', 'nonsense');
  t.deepEqual([status, stdout], [2, '']);
  t.regex(stderr, /^lab: unknown command 'nonsense'; there is \w+, \w+, .*\bload\b.*\n$/);
});
