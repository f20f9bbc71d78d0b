/** `lab profile` against real chapters: every option, and what is said and left when something goes wrong. */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Program, startProgram, until } from '../../lib/testing/server.ts';
import { family } from '../bench/observe.ts';
import { type Frame, hottest } from './frames.ts';

/** A folder for files. */
function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lab-profile-test-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function start(t: ExecutionContext, words: readonly string[], by: readonly string[] = []): Program {
  return startProgram(t, 'lab/lab.mjs', { args: ['profile', ...words], by });
}

/** What the page is made of. */
function treesOf(html: string): Frame[] {
  const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)!;
  return (JSON.parse(json!) as { trees: Frame[] }).trees;
}

/** Runs to the end. @param words the last of them follow `--` */
async function run(
  t: ExecutionContext,
  words: readonly string[],
  own: readonly string[] = [],
): Promise<{ status: number | string; stdout: string; stderr: string; html: string; trees: Frame[] }> {
  const out = join(folder(t), 'page.html');
  const program = start(t, [...words, '--out', out, ...(own.length > 0 ? ['--', ...own] : [])]);
  const status = await program.ended;
  t.deepEqual(program.survivors, []);
  const html = existsSync(out) ? readFileSync(out, 'utf8') : '';
  const [stdout, stderr] = [program.stdout.join('\n'), program.stderr.join('\n')];
  return { status, stdout, stderr, html, trees: html === '' ? [] : treesOf(html) };
}

/** Where a function stands that took time in some tree. */
function places(trees: readonly Frame[], name: string): Set<string> {
  const found = trees.flatMap((tree) => hottest(tree)).filter((own) => own.name === name && own.kind !== 'node');
  return new Set(found.map(({ at, kind }) => `${kind} ${at.replace(/:\d+$/, '')}`));
}

test.serial(
  "one loop: functions have their names and lines, and system calls theirs; the chapter's options reach it",
  async (t) => {
    const words = ['09', '--connections', '4', '--command', '9 PING, 1 BURN 300', '--duration', '400ms'];
    const { status, stdout, stderr, html, trees } = await run(t, words, ['--mode', 'edge']);
    t.is(status, 0, stderr);
    t.deepEqual(
      trees.map(({ name }) => name),
      ['main thread'],
    );
    t.deepEqual([...places(trees, 'epoll_wait')], ['call lib/sys/epoll.ts']);
    t.deepEqual([...places(trees, 'write')], ['call lib/sys/io.ts']);
    const kinds = new Set(hottest(trees[0]!).map(({ at }) => at.replace(/:\d+$/, '')));
    t.true(kinds.has('chapters/09-epoll/edge.ts'), 'the class that --mode edge chooses');
    t.false(kinds.has('lib/loop/level.ts'));
    t.true(trees[0]!.value > 200_000 && trees[0]!.value < 4_000_000, `${trees[0]!.value} µs`);
    t.regex(stdout, /^09-epoll --mode edge: 9 PING, 1 BURN 300, 4 connections$/m);
    t.regex(stdout, /^[\d,]+ requests were answered, [\d,]+\/s, and the server used \d+% of one core\.$/m);
    t.regex(stdout, /^main thread +\d+% \w+, /m);
    t.regex(stdout, /page\.html is written$/m);
    t.notRegex(
      html.replace(/<script.*<\/script>/s, ''),
      /(src|href)="(?!data:)|url\(|@import/,
      'it needs nothing else',
    );
  },
);

test.serial('processes are told apart, and those that slept all the while are named', async (t) => {
  const { status, stdout, stderr, trees } = await run(t, ['05-prefork', '--connections', '1', '--duration', '300ms']);
  t.is(status, 0, stderr);
  t.is(trees.length, 2, 'the parent, and the child that serves');
  t.deepEqual(trees.filter(({ name }) => /^process \d+, child\.ts$/.test(name)).length, 1);
  t.deepEqual([...places(trees, 'read')], ['call lib/sys/io.ts']);
  t.is(stdout.match(/^process .* slept in one system call all the while$/gm)?.length, 3);
});

test.serial('threads are told apart, and what they were compiled from is found; --http', async (t) => {
  // The main thread has little to do, so it is looked at for a while; each thing asked for was seen in dozens of samples.
  const words = ['11', '--http', '--command', 'BURN 30000', '--duration', '1s'];
  const { status, stdout, stderr, trees } = await run(t, words, ['--burners', '3']);
  t.is(status, 0, stderr);
  t.regex(stdout, /^11-reactor --burners 3: BURN 30000 over HTTP, /m);
  t.is(trees[0]!.name, 'main thread');
  t.deepEqual(
    trees.slice(1).map(({ name }) => name.replace(/\d+/, 'N')),
    Array(3).fill('worker N, burner.ts'),
  );
  const workers = trees.slice(1);
  t.deepEqual([...places(workers, 'burn')], ['lib lib/service/burn.ts']);
  t.true(hottest(trees[0]!).some(({ at, kind }) => kind === 'program' && at.startsWith('chapters/11-reactor/')));
});

test.serial('a server that serves one at a time is looked at all the same; and a program by its path', async (t) => {
  const one = await run(t, ['01', '--connections', '3', '--duration', '200ms']);
  t.is(one.status, 0, one.stderr);
  t.regex(one.stdout, /only 1 of 3 connections were served/);
  const plain = await run(t, ['lab/bench/node-http.ts', '--http', '--duration', '200ms']);
  t.is(plain.status, 0, plain.stderr);
  t.true(hottest(plain.trees[0]!).some(({ at }) => at.startsWith('node:_http_server')));
});

test.serial('--perf shows the kernel too, or says in a line why it cannot', async (t) => {
  const allowed = spawnSync('perf', ['record', '-q', '-e', 'cpu-clock', '-g', '-o', '/dev/null', 'true']).status === 0;
  const { status, stdout, stderr, trees } = await run(t, ['09', '--perf', '--duration', '500ms']);
  if (!allowed) {
    t.is(status, 1);
    t.regex(stderr, /^lab profile: perf is not (installed|allowed here)/);
    return;
  }
  t.is(status, 0, stderr);
  t.regex(stdout, /^In .* perf looked 997 times a second/m);
  const kinds = new Set(trees.flatMap((tree) => hottest(tree).map(({ kind }) => kind)));
  for (const kind of ['kernel', 'call', 'lib'] as const) t.true(kinds.has(kind), kind);
  t.true(trees.some((tree) => hottest(tree).some(({ at }) => at.startsWith('lib/service/session.ts'))));
  t.deepEqual(
    readdirSync('.').filter((file) => file.startsWith('isolate-')),
    [],
    'what V8 writes beside it is gone',
  );
});

test.serial('--perf where it is missing, and where it is forbidden', async (t) => {
  const path = folder(t);
  const gone = start(t, ['09', '--perf', '--out', join(path, 'x')], ['env', 'PATH=/nowhere']);
  t.is(await gone.ended, 1);
  t.deepEqual(gone.stderr, [
    'lab profile: perf is not installed (Debian: linux-perf); without --perf, V8 looks itself',
  ]);
  writeFileSync(join(path, 'perf'), '#!/bin/sh\nexit 255\n');
  chmodSync(join(path, 'perf'), 0o755);
  const forbidden = start(t, ['09', '--perf', '--out', join(path, 'x')], ['env', `PATH=${path}:${process.env.PATH}`]);
  t.is(await forbidden.ended, 1);
  t.is(forbidden.stderr.length, 1);
  t.regex(forbidden.stderr[0]!, /^lab profile: perf is not allowed here: kernel\.perf_event_paranoid is -?\d /);
});

test.serial('a mistake is one line, and its status', async (t) => {
  const cases: [string[], number, RegExp][] = [
    [[], 2, /missing required argument 'chapter'$/],
    [['99'], 2, /there is no chapter '99'; 01-iterative to 14-node-net have servers$/],
    [['16'], 2, /16-signals has no server\.ts; .* another program can be named by its path$/],
    [['lab/nothing.ts'], 2, /there is no lab\/nothing\.ts$/],
    [['09', '--mode', 'edge'], 2, /unknown option '--mode'$/],
    [['09', 'edge'], 2, /'edge' is one word too many; the chapter's options follow --$/],
    [['09', '--duration', 'long'], 2, /span of time/],
    [['09', '--connections', '0'], 2, /whole number/],
    [['09', '--command', 'PANG'], 2, /the commands are PING, /],
    [['lab/'], 2, /lab\/ is no program$/],
    [['lab/README.md'], 1, /TypeError \[ERR_UNKNOWN_FILE_EXTENSION\]: .*README\.md$/],
    [['09', '--out', '/nowhere/x.html'], 1, /cannot write \/nowhere\/x\.html: ENOENT: no such file or directory$/],
    [['09', '--out', 'lab'], 1, /cannot write lab: EISDIR: /],
    [
      ['09', '--', '--mode', 'sideways'],
      2,
      /^lab profile: 09-epoll: option '--mode <mode>' argument 'sideways' is invalid/,
    ],
  ];
  await Promise.all(
    cases.map(async ([words, status, line]) => {
      const program = start(t, words);
      t.is(await program.ended, status, words.join(' '));
      t.is(program.stderr.length, 1, program.stderr.join('\n'));
      t.regex(program.stderr[0]!, /^lab profile: /);
      t.regex(program.stderr[0]!, line);
      t.deepEqual(program.stdout, []);
    }),
  );
});

test.serial('after Ctrl-C there is a page of what was seen, marked; and nobody is left', async (t) => {
  const out = join(folder(t), 'page.html');
  const program = start(t, ['11', '--command', 'BURN 300', '--duration', '60s', '--out', out]);
  await program.line(/is looked at for 60\.0 s$/);
  const members = family(program.child.pid!);
  t.true(members.length >= 3, 'the server and the load');
  t.is(await program.stop('SIGINT'), 130);
  t.regex(program.stdout[0]!, /^PARTIAL RESULT: interrupted after /);
  t.regex(readFileSync(out, 'utf8'), /<p class="partial">Partial result: interrupted after /);
  await until(() => members.every((pid) => !existsSync(`/proc/${pid}`)), 'all have ended');
});

test.serial('a server that dies is one line; so is a disk without room', async (t) => {
  const program = start(t, ['09', '--duration', '60s', '--out', join(folder(t), 'x')]);
  await program.line(/is looked at for/);
  const server = family(program.child.pid!).find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('09-epoll/server.ts'),
  )!;
  process.kill(server, 'SIGKILL');
  t.is(await program.ended, 1);
  t.is(program.stderr.at(-1), 'lab profile: 09-epoll has ended (SIGKILL)');
  t.deepEqual(program.survivors, []);
  const full = start(t, ['09', '--duration', '100ms', '--out', '/dev/full']);
  t.is(await full.ended, 1);
  t.regex(full.stderr.at(-1)!, /^lab profile: cannot write \/dev\/full: ENOSPC/);
});
