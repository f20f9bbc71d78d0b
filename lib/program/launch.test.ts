/** Children and worker threads from TypeScript: what they are handed, how they end, and what they cost. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { check, EBADF } from '../sys/errors.ts';
import { Descriptors, flags, openDescriptors, run, start, temporaryDirectory, tsx } from '../sys/fixtures/resources.ts';
import { O_CLOEXEC, read, write } from '../sys/io.ts';
import { Memory, memfd } from '../sys/memory.ts';
import { kill, SIGKILL } from '../sys/process.ts';
import { openListener } from '../sys/socket.ts';
import type { TraceRecord } from '../sys/trace.ts';
import { compile } from './bundle.ts';
import { FIRST_INHERITED, PARENT } from './child.ts';
import { startChild, startWorker } from './launch.ts';

const CHILD = new URL('./fixtures/child.ts', import.meta.url);
const PARENT_PROGRAM = fileURLToPath(new URL('./fixtures/parent.ts', import.meta.url));
const WORKER = new URL('./fixtures/worker.ts', import.meta.url);
const memory = Memory.allocate(64);

/** Ends a child with the test. */
function endWith(t: ExecutionContext, child: ChildProcess): ChildProcess {
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return child;
}

/** The next text from a child that echoes; it blocks, since nothing else is to happen before. */
function hear(socket: number): string {
  const count = check(read(socket, memory, 0, memory.length), 'read');
  return memory.bytes.toString('latin1', 0, count);
}

/** Starts fixtures/child.ts as an echo. @returns it, and the socket to talk to it */
function startEcho(
  t: ExecutionContext,
  fds: Descriptors,
  handed: number[] = [],
): { child: ChildProcess; ours: number } {
  const [ours, theirs] = fds.socketpair();
  const child = endWith(t, startChild(CHILD, ['echo'], [theirs, ...handed]));
  fds.close(theirs); // so that the end of the child is the end of the socket
  t.is(hear(ours), `${child.pid}\n`);
  return { child, ours };
}

/** What a process has open of the things that can be told apart: pipes, sockets, memory. By descriptor. */
function identities(pid: number | 'self'): Map<number, string> {
  const found = openDescriptors(pid).flatMap((fd): [number, string][] => {
    const path = `/proc/${pid}/fd/${fd}`;
    if (!/^(pipe|socket|\/memfd):/.test(readlinkSync(path))) return [];
    const { dev, ino } = statSync(path);
    return [[fd, `${dev}:${ino}`]];
  });
  return new Map(found);
}

test('a child has the descriptors that it is handed, from the first on, and no other of its parent', (t) => {
  const fds = new Descriptors(t);
  // What our own parent let us have may go on to our children, as we did not open it.
  const passedOn = openDescriptors().filter((fd) => fd > 2 && !(flags('self', fd)! & O_CLOEXEC));
  const listener = fds.keep(openListener({ host: '127.0.0.1', port: 0 }));
  const shared = fds.keep(memfd(8));
  const [, writing] = fds.pipe();
  const handed = [writing, shared, listener];
  fds.pipe(); // the child has no business with these two
  fds.keep(openListener({ host: '127.0.0.1', port: 0 }));
  const { child } = startEcho(t, fds, handed);

  const ours = identities('self');
  const theirs = identities(child.pid!);
  const places = handed.map((_, i) => theirs.get(FIRST_INHERITED + 1 + i));
  t.deepEqual(
    places,
    handed.map((fd) => ours.get(fd)),
  );
  const known = new Set(ours.values());
  const inherited = [...theirs.keys()].filter((fd) => fd > 2 && known.has(theirs.get(fd)!));
  const last = FIRST_INHERITED + handed.length;
  t.deepEqual(inherited, [4, 5, 6, ...passedOn.filter((fd) => fd > last && theirs.has(fd))]);
});

test('a child reads nothing from the terminal of its parent', (t) => {
  const { child } = startEcho(t, new Descriptors(t));
  t.is(readlinkSync(`/proc/${child.pid}/fd/0`), '/dev/null');
});

test('Ctrl-C in the terminal is for the parent: a child goes on after SIGINT', async (t) => {
  const fds = new Descriptors(t);
  const { child, ours } = startEcho(t, fds);
  t.true(child.kill('SIGINT')); // it would end the child before the child reads what is written next
  check(write(ours, memory, 0, memory.bytes.write('still here')), 'write');
  t.is(hear(ours), 'still here');
  fds.close(ours);
  t.deepEqual(await once(child, 'exit'), [0, null]);
});

test('a child ends with its parent, even when that is killed', async (t) => {
  const parent = start(t, tsx(PARENT_PROGRAM, 'child'));
  const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
  const child = Number(line);
  t.teardown(() => kill(child, SIGKILL));
  const closed = once(parent.stdout!, 'close'); // which the child has open too
  parent.kill('SIGKILL');
  t.deepEqual(await once(parent, 'exit'), [null, 'SIGKILL']);
  await closed;
  t.pass();
});

test('a child whose parent is gone already, or that nobody started, ends at once', async (t) => {
  const { [PARENT]: _, ...env } = process.env;
  for (const parent of [{}, { [PARENT]: '1' }]) {
    const { status } = await run(t, [process.execPath, compile(CHILD), 'sleep'], { env: { ...env, ...parent } });
    t.is(status, 1);
  }
});

test('a worker thread runs TypeScript, with its options', async (t) => {
  const worker = startWorker(WORKER, { workerData: { slot: 3 } });
  t.teardown(() => worker.terminate());
  const { threadId } = worker; // it loses its number when it ends
  const [message] = (await once(worker, 'message')) as [unknown];
  t.deepEqual(message, { closed: -EBADF, threadId, workerData: { slot: 3 } });
});

test('a trace has the calls of worker threads too, with the numbers of the threads', async (t) => {
  const file = join(temporaryDirectory(t), 'trace');
  const { stdout, stderr } = await run(t, tsx(PARENT_PROGRAM, 'worker', '--trace', file));
  t.is(stderr, '');
  const records = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TraceRecord);
  t.deepEqual(
    records.map(({ call, thread, result }) => [call, thread, result]),
    [
      ['close', 0, -EBADF],
      ['close', Number(stdout), -EBADF],
    ],
  );
  t.not(Number(stdout), 0);
  t.is(new Set(records.map(({ pid }) => pid)).size, 1);
});

test('the trace of a child is kept, though its parent makes its first call later', async (t) => {
  const file = join(temporaryDirectory(t), 'trace');
  writeFileSync(file, 'of yesterday\n');
  const parent = start(t, tsx(PARENT_PROGRAM, 'late', '--trace', file));
  t.deepEqual(await once(parent, 'exit'), [0, null]);
  const records = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TraceRecord);
  t.deepEqual(
    records.map(({ call, pid }) => [call, pid === parent.pid]),
    [
      ['signal', false],
      ['prctl', false],
      ['close', true],
    ],
  );
});

test.serial('a child from its bundle starts faster than one that tsx compiles', async (t) => {
  const [bundled, compiled]: [number[], number[]] = [[], []];
  const lifetime = async (begin: () => ChildProcess): Promise<number> => {
    const began = performance.now();
    const [status] = (await once(endWith(t, begin()), 'exit')) as [number];
    t.is(status, 0);
    return performance.now() - began;
  };
  const [node, ...words] = tsx(fileURLToPath(CHILD), 'exit') as [string, ...string[]];
  const env = { ...process.env, [PARENT]: `${process.pid}` };
  compile(CHILD); // once for all children
  for (let round = 0; round < 3; round++) {
    bundled.push(await lifetime(() => startChild(CHILD, ['exit'], [])));
    compiled.push(await lifetime(() => spawn(node, words, { stdio: 'ignore', env })));
  }
  const median = (times: number[]): number => times.sort((a, b) => a - b)[1]!;
  t.log(`${median(bundled).toFixed()} ms from the bundle, ${median(compiled).toFixed()} ms through tsx`);
  t.true(median(bundled) < median(compiled));
});
