/** The trace of system calls: whole when it is asked for, absent when it is not. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { EAGAIN } from './errors.ts';
import { program, run, temporaryDirectory } from './fixtures/resources.ts';
import { type TraceRecord, traced, tracing } from './trace.ts';

const CALLS = new URL('./fixtures/calls.ts', import.meta.url);

/** What the kernel is asked for by fixtures/calls.ts: the calls, in their order. */
const EXPECTED = ['pipe2', 'write', 'read', 'read', 'close', 'close']
  .concat('socket', 'setsockopt', 'setsockopt', 'bind', 'listen', 'getsockname', 'close')
  .concat('memfd_create', 'ftruncate', 'mmap', 'close');

/** Runs fixtures/calls.ts. @returns what it prints */
async function runCalls<Printed>(t: ExecutionContext, words: string[], cwd?: string): Promise<Printed> {
  const { status, stdout, stderr } = await run(t, program(CALLS, ...words), cwd === undefined ? {} : { cwd });
  t.is(stderr, '');
  t.is(status, 0);
  return JSON.parse(stdout) as Printed;
}

/** Reads a trace file, every line of which must be a whole record. */
function readTrace(t: ExecutionContext, file: string): TraceRecord[] {
  const text = readFileSync(file, 'utf8');
  t.true(text.endsWith('\n'));
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const record = JSON.parse(line) as TraceRecord;
      t.deepEqual(Object.keys(record), ['time', 'pid', 'thread', 'call', 'fd', 'result', 'duration']);
      for (const [field, value] of Object.entries(record)) t.is(typeof value, field === 'call' ? 'string' : 'number');
      return record;
    });
}

for (const words of [['--trace', 'FILE'], ['--trace=FILE']]) {
  test(`${words.join(' ')} records each call with its descriptor, its result and its time`, async (t) => {
    const directory = temporaryDirectory(t);
    const before = Number(process.hrtime.bigint()) / 1000;
    const printed = await runCalls<{ pid: number; descriptors: number[] }>(t, ['calls', ...words], directory);
    const after = Number(process.hrtime.bigint()) / 1000;
    t.deepEqual(readdirSync(directory), ['FILE']);
    const records = readTrace(t, join(directory, 'FILE'));
    t.deepEqual(
      records.map(({ call }) => call),
      EXPECTED,
    );

    const [reading, writing, listener, memory] = printed.descriptors;
    const pipe = records.slice(0, 6).map(({ fd, result }) => [fd, result]);
    t.deepEqual(pipe, [
      [-1, 0],
      [writing, 5],
      [reading, 5],
      [reading, -EAGAIN],
      [reading, 0],
      [writing, 0],
    ]);
    t.deepEqual(
      records.slice(6, 13).map(({ fd }) => fd),
      [-1, ...Array(6).fill(listener)],
    );
    t.is(records[6]!.result, listener!);
    t.deepEqual(
      records.slice(13).map(({ fd }) => fd),
      [-1, memory, memory, memory],
    );

    let last = before; // the clock is the same in all processes
    for (const { time, duration, pid, thread } of records) {
      t.true(time >= last && duration >= 0);
      last = time + duration;
      t.deepEqual([pid, thread], [printed.pid, 0]);
    }
    t.true(after >= last);
  });
}

test('a program and its child leave their records in one file, which the first of them empties', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'FILE');
  writeFileSync(file, 'of yesterday\n');
  const { pid, child } = await runCalls<{ pid: number; child: number }>(t, ['parent', '--trace', 'FILE'], directory);
  const records = readTrace(t, file);
  for (const who of [pid, child]) {
    t.deepEqual(
      records.filter((record) => record.pid === who).map(({ call }) => call),
      EXPECTED,
    );
  }
  t.is(records.length, 2 * EXPECTED.length);
  t.deepEqual(readdirSync(directory), ['FILE']);
});

test('without --trace a call is the bare function, and nothing is written', async (t) => {
  const call = (fd: number): number => fd;
  t.false(tracing);
  t.is(traced('call', call), call);
  const directory = temporaryDirectory(t);
  t.deepEqual(await runCalls(t, ['bare'], directory), { tracing: false, bare: true });
  await runCalls(t, ['calls'], directory);
  t.deepEqual(readdirSync(directory), []);
  t.deepEqual(await runCalls(t, ['bare', '--trace', 'FILE'], directory), { tracing: true, bare: false });
});

test('a trace without a record leaves the file as it was', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'FILE');
  await runCalls(t, ['bare', '--trace', file]);
  t.false(existsSync(file));
  writeFileSync(file, 'of yesterday\n');
  await runCalls(t, ['bare', '--trace', file]);
  t.is(readFileSync(file, 'utf8'), 'of yesterday\n');
});

test('of several trace files the last is written', async (t) => {
  const directory = temporaryDirectory(t);
  await runCalls(t, ['calls', '--trace', 'FIRST', '--trace=SECOND', '--trace', 'LAST'], directory);
  t.deepEqual(readdirSync(directory), ['LAST']);
});

test('a trace on a full disk ends with one line, and the program goes on', async (t) => {
  const { status, stdout, stderr } = await run(t, program(CALLS, 'calls', '--trace', '/dev/full'));
  t.is(stderr, 'the trace ends here: ENOSPC: no space left on device, write\n');
  t.is(status, 0);
  t.is((JSON.parse(stdout) as { descriptors: number[] }).descriptors.length, 4);
});

test('a trace that cannot be written ends the program with one line and status 1', async (t) => {
  const { status, stdout, stderr } = await run(t, program(CALLS, 'calls', '--trace', '/nowhere/at/all'));
  t.is(status, 1);
  t.is(stdout, '');
  t.regex(stderr, /^cannot write the trace: ENOENT: [^\n]+\n$/);
});
