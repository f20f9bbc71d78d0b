/** Children and worker threads from TypeScript: what they are handed, how they end, and what they cost. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { check, EBADF } from '../sys/errors.ts';
import { Descriptors, flags, openDescriptors, run, start, temporaryDirectory, tsx } from '../sys/fixtures/resources.ts';
import { O_CLOEXEC, read, write } from '../sys/io.ts';
import { Memory, memfd } from '../sys/memory.ts';
import { kill, SIGKILL } from '../sys/process.ts';
import { openListener } from '../sys/socket.ts';
import type { TraceRecord } from '../sys/trace.ts';
import { processes } from '../testing/proc.ts';
import { FIRST_INHERITED, PARENT } from './child.ts';
import { compile, startChild, startWorker } from './launch.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
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

/** How many compilers this process has started that it has not reaped. */
function compilers(): number {
  const [, , group] = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]!.split(' ');
  return processes(Number(group)).filter(({ name, parent }) => name === 'esbuild' && parent === process.pid).length;
}

test.serial('the compiler ends with its work, and is reaped', (t) => {
  const before = compilers(); // tsx may have one
  compile(CHILD);
  compile(WORKER);
  t.is(compilers(), before);
});

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

test('bundles that nobody has used for a day are deleted, and no others', (t) => {
  const cache = dirname(compile(WORKER));
  const aged = (name: string, days: number): string => {
    const file = join(cache, `${name}-${process.pid}.mjs`);
    writeFileSync(file, '');
    t.teardown(() => rmSync(file, { force: true }));
    const time = Date.now() / 1000 - days * 24 * 60 * 60;
    utimesSync(file, time, time);
    return file;
  };
  const [old, young] = [aged('old', 1.1), aged('young', 0.9)];
  const used = compile(CHILD);
  utimesSync(used, 0, 0);
  t.is(compile(CHILD), used);
  const entry = join(temporaryDirectory(t), 'entry.ts');
  writeFileSync(entry, `console.log(${process.hrtime.bigint()}n);\n`);
  const bundle = compile(pathToFileURL(entry));
  t.teardown(() => rmSync(bundle, { force: true }));
  t.deepEqual([old, young, used, bundle].map(existsSync), [false, true, true, true]);
  rmSync(bundle); // as by a clock that jumps
  t.is(compile(pathToFileURL(entry)), bundle);
  t.true(existsSync(bundle));
});

test('an entry is compiled once: the same bundle for every call and in every process, and nothing unfinished', async (t) => {
  const bundle = compile(pathToFileURL(PARENT_PROGRAM));
  t.is(compile(pathToFileURL(PARENT_PROGRAM)), bundle);
  rmSync(bundle); // the processes write it at the same time
  const words = tsx(PARENT_PROGRAM, 'compile');
  const others = await Promise.all(Array.from({ length: 3 }, () => run(t, words)));
  for (const { stdout, stderr } of others) t.is(stdout + stderr, `${bundle}\n`);
  t.deepEqual(
    readdirSync(dirname(bundle)).filter((file) => file.startsWith(basename(bundle))),
    [basename(bundle)],
  );
  t.regex(readFileSync(bundle, 'utf8'), /from "koffi"/); // packages stay outside
});

test('an entry that has changed gives another bundle', async (t) => {
  const entry = join(temporaryDirectory(t), 'entry.ts');
  const compiled = async (text: string): Promise<string> => {
    writeFileSync(entry, `const said: string = '${text}';\nconsole.log(said);\n`);
    // In a process of its own, as one compiles an entry once.
    const line = `import { compile } from '${new URL('./launch.ts', import.meta.url)}';
      console.log(compile(new URL('${pathToFileURL(entry)}')))`;
    const bundle = (await run(t, tsx('--input-type=module', '--eval', line))).stdout.trim();
    t.teardown(() => rmSync(bundle, { force: true }));
    t.is((await run(t, [process.execPath, bundle])).stdout, `${text}\n`);
    return bundle;
  };
  const [first, second, again] = [await compiled('first'), await compiled('second'), await compiled('first')];
  t.not(first, second);
  t.is(first, again);
});

/** A checkout in which no bundle can be kept, not even by root, and a folder for temporary files. */
function withoutCache(t: ExecutionContext): { parent: string; env: NodeJS.ProcessEnv; temporary: string } {
  const root = temporaryDirectory(t);
  const packages = join(root, 'node_modules');
  mkdirSync(packages);
  for (const name of readdirSync(join(ROOT, 'node_modules')).filter((name) => !name.startsWith('.'))) {
    symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
  }
  writeFileSync(join(packages, '.cache'), 'no folder');
  for (const path of ['lib', 'package.json']) cpSync(join(ROOT, path), join(root, path), { recursive: true });
  const temporary = temporaryDirectory(t);
  return {
    parent: join(root, 'lib/program/fixtures/parent.ts'),
    env: { ...process.env, TMPDIR: temporary },
    temporary,
  };
}

test('where the checkout cannot be written, bundles are kept among the temporary files, for this user alone', async (t) => {
  const { parent, env, temporary } = withoutCache(t);
  const [first, second] = [
    await run(t, tsx(parent, 'compile'), { env }),
    await run(t, tsx(parent, 'compile'), { env }),
  ];
  t.is(first.stderr, '');
  const bundle = first.stdout.trim();
  t.true(bundle.startsWith(`${temporary}/`));
  t.is(second.stdout, first.stdout, 'and used again');
  t.is(statSync(dirname(dirname(bundle))).mode & 0o777, 0o700);
  utimesSync(bundle, 0, 0);
  const { stdout, stderr } = await run(t, tsx(parent, 'worker'), { env }); // it finds its packages
  t.is(stderr, '');
  t.regex(stdout, /^\d+\n$/);
  t.false(existsSync(bundle), 'the old ones are deleted there too');
});

test('bundles are neither kept nor looked for where another user could put his own; one line says so', async (t) => {
  const { parent, env } = withoutCache(t);
  const { stdout } = await run(t, tsx(parent, 'compile'), { env });
  const own = dirname(dirname(stdout.trim()));
  chmodSync(own, 0o777);
  const refused = await run(t, tsx(parent, 'worker'), { env });
  t.is(refused.status, 1);
  t.is(refused.stdout, '');
  t.regex(refused.stderr, /^cannot compile lib\/program\/fixtures\/worker\.ts: [^\n]+ is not this user's alone\n$/);
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
