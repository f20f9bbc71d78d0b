/** The container: it is made of the README's own commands, and of no machine that has to be named. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { TOOLS } from './facts.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

/** The commands that the README tells people to type. */
const typed = [...read('README.md').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, text = '']) => text.split('\n'));
const lines = read('.devcontainer/Dockerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => /^(\w+) (.*)$/.exec(line)!.slice(1) as [string, string]);
const container = JSON.parse(read('.devcontainer/devcontainer.json')) as {
  readonly build: { readonly dockerfile: string; readonly context: string };
  readonly runArgs: string[];
  readonly postAttachCommand: string;
};

test('what the container runs, the README tells people to type', (t) => {
  const run = lines.filter(([word]) => word === 'RUN').map(([, command]) => command);
  const cmd = lines.filter(([word]) => word === 'CMD').map(([, words]) => (JSON.parse(words) as string[]).join(' '));
  t.deepEqual([run.length, cmd.length], [1, 1]);
  for (const command of [...run, ...cmd, container.postAttachCommand]) t.true(typed.includes(command), command);
});

test('it is a Node that the workshop is tested with, by its short name, and the files that it copies are there', (t) => {
  const [[first, image] = []] = lines;
  t.is(first, 'FROM');
  const [, major] = /^node:(\d+)$/.exec(image!) ?? [];
  t.regex(read('Makefile'), new RegExp(`for version in [\\d. ]*\\b${major}\\b`));
  t.is(`.devcontainer/${container.build.dockerfile}`, '.devcontainer/Dockerfile');
  t.is(container.build.context, '..');
  for (const [word, rest] of lines) if (word === 'COPY') t.notThrows(() => read(rest.split(' ')[0]!));
});

test('it allows what the doctor would ask for', (t) => {
  t.true(container.runArgs.includes('--security-opt=seccomp=unconfined'), 'io_uring');
  const [, descriptors] = /--ulimit=nofile=\d+:(\d+)/.exec(container.runArgs.join(' ')) ?? [];
  t.true(Number(descriptors) >= 10_048);
});

test('make tools has every tool that the doctor looks for, and installs none that is there', (t) => {
  const { status, stdout, stderr } = spawnSync('make', ['-n', '-s', 'tools'], { cwd: ROOT, encoding: 'utf8' });
  t.is(status, 0, stderr);
  for (const tool of TOOLS) {
    const looked = tool === 'nc' ? 'nc -h 2>&1 | grep -q -- -N' : `command -v ${tool} `;
    t.true(stdout.includes(looked), tool);
  }
});
