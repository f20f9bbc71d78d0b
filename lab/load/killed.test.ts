/** A load process that is killed, whatever it does just then: one clear line, and the others report. */

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { commandLine, processes, threads } from '../../lib/testing/proc.ts';
import { type Program, until } from '../../lib/testing/server.ts';
import { at, epollOf, folder, serve, start } from './testing.ts';

const epoll = epollOf(test);

/** The processes that load, by their numbers; those that have not started, or have ended, are missing. */
function loaders(loading: Program): Map<number, number> {
  const found = new Map<number, number>();
  for (const { pid, state } of processes(loading.child.pid!)) {
    const [, script, slot] = commandLine(pid);
    if (state !== 'Z' && /\/child-\w+\.mjs$/.test(script ?? '')) found.set(Number(slot) + 1, pid);
  }
  return found;
}

/** Kills one of them. */
function kill(loading: Program, number: number): void {
  process.kill(loaders(loading).get(number)!, 'SIGKILL');
}

/** It ended without a report, and the last line says why. */
async function ends(t: ExecutionContext, loading: Program, line: RegExp): Promise<void> {
  t.is(await loading.ended, 1);
  t.deepEqual([loading.stdout, loading.survivors], [[], []]);
  t.regex(loading.stderr.at(-1) ?? '', line);
}

/** It ended with a report of what there was; and on standard error is no more than how far it was, and such lines. */
async function reports(t: ExecutionContext, loading: Program, status: number, ...lines: RegExp[]): Promise<void> {
  t.is(await loading.ended, status, loading.stderr.join('\n'));
  t.deepEqual(loading.survivors, []);
  for (const line of lines) t.regex(loading.stdout.join('\n'), line);
  for (const line of loading.stderr) t.regex(line, /^(lab load: | *\d[\d,]*(\/s| requests?| of| held)\b)/);
}

/** Connections are spread over so long that nobody has met the server while a test runs. */
const NEVER = ['--ramp', '1h', '--connections', '4', '--processes', '2'];
const KILLED = /^lab load: process \d has ended \(SIGKILL\)$/;

test.serial('killed as soon as it is started', async (t) => {
  const target = await serve(t, (socket) => socket.write('PONG\n'));
  const loading = start(t, ['--target', target, ...NEVER]);
  await until(() => loaders(loading).has(1), 'the first process has started');
  kill(loading, 1);
  await ends(t, loading, KILLED);
});

test.serial('killed while others still connect', async (t) => {
  let count = 0;
  const target = await serve(t, (socket) => socket.write('PONG\n'), { accepted: () => count++ });
  const loading = start(t, ['--target', target, ...NEVER]);
  await until(() => count === 2, 'each process has a connection');
  kill(loading, 2);
  await ends(t, loading, KILLED);
});

/** Two processes with a connection each: the first is stopped when it was answered, the second before it is. */
async function stopped(t: ExecutionContext): Promise<{ loading: Program; first: number; release: () => void }> {
  const held: Socket[] = [];
  let answered = 0;
  const quick = await serve(t, (socket) => socket.write('PONG\n', () => answered++));
  const slow = await serve(t, (socket) => held.push(socket));
  const words = ['--target', `${quick},${slow}`, '--connections', '2', '--processes', '2'];
  const loading = start(t, [...words, '--hold']);
  await until(() => answered === 1 && held.length === 1, 'one has its answer, and the other has asked');
  const first = loaders(loading).get(1)!;
  // Asleep at two looks and never awake between them, except to tell how far it is: it has read the answer, and said so.
  let seen = Number.NaN;
  await until(() => {
    const [main] = threads(first);
    const still = main?.state === 'S' && main.sleeps === seen;
    seen = main?.state === 'S' ? main.sleeps : Number.NaN;
    return still;
  }, 'the first process sleeps');
  process.kill(first, 'SIGSTOP');
  return { loading, first, release: () => held[0]!.write('PONG\n') };
}

test.serial('killed with an order that it has not read', async (t) => {
  const { loading, first, release } = await stopped(t);
  release();
  await loading.line(/^\d held$/); // a timer tells that, after all were told to go
  process.kill(first, 'SIGKILL');
  await loading.line(KILLED);
  loading.child.kill('SIGINT');
  await reports(t, loading, 1, /^PARTIAL RESULT: process 1 has ended \(SIGKILL\)$/m, /^connected +1 of 2\b/m);
});

test.serial('killed in the middle: said at once, and missing in the report', async (t) => {
  const loading = start(t, [...at(await epoll()), '--hold', '--processes', '2']);
  await loading.line(/^10 held$/);
  kill(loading, 2);
  await loading.line(KILLED);
  t.deepEqual([...loaders(loading).keys()], [1]);
  loading.child.kill('SIGINT');
  await reports(t, loading, 1, /^PARTIAL RESULT: process 2 has ended \(SIGKILL\)$/m, /^connected +5 of 10\b/m);
});

test.serial('killed while a rate is looked for', async (t) => {
  const words = ['--find-max', 'p50<1h', '--duration', '100ms', '--processes', '2'];
  const loading = start(t, [...at(await epoll()), ...words]);
  await loading.line(/kept$/);
  kill(loading, 1);
  const highest = /^[\d,]+\/s is the highest rate so far that kept p50<1h$/m;
  await reports(t, loading, 1, highest, /^PARTIAL RESULT: process 1 has ended \(SIGKILL\)$/m);
});

test.serial('the rows of the others keep their numbers', async (t) => {
  const csv = folder(t)('rows.csv');
  const loading = start(t, [...at(await epoll()), '--duration', '1h', '--processes', '2', '--csv', csv]);
  await loading.line(/closed loop, for 3600 s$/);
  kill(loading, 1);
  await loading.line(KILLED);
  loading.child.kill('SIGINT');
  await reports(t, loading, 130, /^PARTIAL RESULT: process 1 has ended \(SIGKILL\); interrupted$/m);
  const [, ...rows] = readFileSync(csv, 'utf8').trim().split('\n');
  t.deepEqual(
    rows.map((row) => Number.parseInt(row, 10)),
    [6, 7, 8, 9, 10],
  );
});

test.serial('killed after Ctrl-C, before it has heard of it', async (t) => {
  const { loading, first } = await stopped(t);
  loading.child.kill('SIGINT');
  await until(() => !loaders(loading).has(2), 'the other has reported');
  process.kill(first, 'SIGKILL');
  await reports(t, loading, 1, /^PARTIAL RESULT: process 1 has ended \(SIGKILL\)$/m);
});

test.serial('all of them', async (t) => {
  const loading = start(t, [...at(await epoll()), '--duration', '1h', '--processes', '2']);
  await loading.line(/closed loop, for 3600 s$/);
  for (const number of loaders(loading).keys()) kill(loading, number);
  const partial = /^PARTIAL RESULT: process 1 has ended \(SIGKILL\); process 2 has ended \(SIGKILL\)$/m;
  await reports(t, loading, 1, partial, /^connected +0 of 10\b/m);
});

test.serial('who started them is killed: they end too, without a word', async (t) => {
  const loading = start(t, [...at(await epoll()), '--duration', '1h', '--processes', '2']);
  await loading.line(/closed loop, for 3600 s$/);
  loading.child.kill('SIGKILL');
  t.is(await loading.ended, 'SIGKILL');
  t.deepEqual(loading.survivors, []);
  t.notRegex(loading.stderr.join('\n'), /Error|at /);
});
