/** The race and its cures are what the chapter says, with the signal exactly in the window, from inside and outside. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import test, { type ExecutionContext } from 'ava';
import { kill } from '../../lib/sys/process.ts';
import { pthread_sigmask, SIG_BLOCK, SIG_UNBLOCK, SignalSet, tgkill } from '../../lib/sys/signal.ts';
import { demonstrate } from '../../lib/testing/demonstration.ts';
import { Stillness } from '../../lib/testing/kernel.ts';
import { withoutProc } from '../../lib/testing/lacking.ts';
import { threads } from '../../lib/testing/proc.ts';
import { type Program, type Server, startProgram, until } from '../../lib/testing/server.ts';
import { transcript } from '../../lib/testing/transcript.ts';

const FOLDER = 'chapters/16-signals';
const { SIGUSR2 } = constants.signals;
/** So long, in seconds, that nothing in these tests ends because a time is over. */
const FOR_EVER = '3600';

const TEXT = new URL('./README.md', import.meta.url);
/** Numbers of descriptors and of processes are others each time. */
const numberless = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/by \d+|Descriptor \d+|descriptor,? \d+|(?:\d+ and \d+(?:, )?)+/gi, '#'));

/** Holds what a demonstration printed against what the text says that it prints. */
function isAsShown(t: ExecutionContext, name: string, lines: readonly string[]): void {
  t.deepEqual(numberless(lines), numberless(transcript(TEXT, `npx tsx ${FOLDER}/${name}.ts`)));
}

/** Runs a demonstration to its end. @returns what it printed under its heading */
async function seenIn(t: ExecutionContext, name: string): Promise<string[]> {
  const lines = await demonstrate(t, `${FOLDER}/${name}.ts`);
  isAsShown(t, name, lines);
  return lines.slice(2).map((line) => line.replace(/ {2,}/g, ': '));
}

/** A program that waits in its window. */
interface Waiting {
  readonly program: Program;
  readonly pid: number;
  readonly signal: number;
}

/** Starts a program that sleeps for ever if nobody wakes it, and waits until it is in the window. */
async function inWindow(t: ExecutionContext, name: string): Promise<Waiting> {
  // The shell tells how it ended: of a real-time signal Node has no name.
  const by = ['sh', '-c', '"$@"; echo "status $?"', 'sh'];
  const args = ['--wait', '--seconds', FOR_EVER];
  const program = startProgram(t, `${FOLDER}/${name}.ts`, { args, by, typed: true });
  const [, signal, pid] = await program.line(/kill -(\d+) (\d+); then press Enter/);
  return { program, pid: Number(pid), signal: Number(signal) };
}

/** Sends the signal to the process, and waits until one of its threads has taken it. */
async function toProcess({ pid, signal }: Waiting): Promise<void> {
  process.kill(pid, signal);
  await until(() => !inMask(`/proc/${pid}/status`, 'ShdPnd', signal), 'a thread has taken the signal');
}

/** Sends the signal to the main thread. */
async function toMainThread({ pid, signal }: Waiting): Promise<void> {
  tgkill(pid, pid, signal);
}

/** Presses Enter. @returns what the program has printed when it sleeps, or has ended */
async function enter({ program, pid }: Waiting): Promise<string[]> {
  const before = program.stdout.length;
  program.child.stdin!.on('error', () => {}).write('\n'); // it may be gone
  let over = false;
  void program.ended.then(() => {
    over = true;
  });
  const stillness = new Stillness(program as Server);
  const sleeps = (): boolean => {
    const all = threads(pid); // none, or a zombie, when it has ended and the shell has still to say so
    return (
      program.stdout.length > before && all.length > 0 && all.every(({ state }) => state === 'S') && stillness.look()
    );
  };
  await until(() => over || sleeps(), 'it sleeps, or is over');
  return lines(program);
}

const lines = ({ stdout }: Program): string[] =>
  stdout.slice(2).flatMap((line) => (line.includes('press Enter') ? [] : [line.replace(/ {2,}/g, ': ')]));

test.serial('a signal between test and select is slept through', async (t) => {
  t.deepEqual(await seenIn(t, 'race'), [
    'test: the flag is 0',
    'window: signal 64 has been sent',
    'window: the flag is 1',
    'select: 0, the time is over',
    'test: the flag is 1',
  ]);
});

test.serial('the self-pipe wakes select for a signal that came before', async (t) => {
  t.deepEqual(await seenIn(t, 'self-pipe'), [
    'window: signal 64 has been sent',
    'select: 1, a descriptor is ready',
    'read: 8 bytes',
  ]);
});

test.serial('signalfd wakes select for a signal that came before, and tells who sent it', async (t) => {
  const [sent, woken, told] = await seenIn(t, 'signalfd');
  t.deepEqual([sent, woken], ['window: signal 64 has been sent', 'select: 1, a descriptor is ready']);
  t.regex(told!, /^read: signal 64, sent by \d+$/);
});

test.serial('ppoll lets a signal in that came before, and not earlier', async (t) => {
  t.deepEqual(await seenIn(t, 'ppoll'), [
    'test: the flag is 0',
    'window: signal 64 has been sent',
    'window: the flag is 0',
    'ppoll: EINTR',
    'test: the flag is 1',
  ]);
});

for (const [to, send] of [
  ['the process', toProcess],
  ['its main thread', toMainThread],
] as const) {
  test.serial(
    `a signal to ${to}, sent from outside in the window, wakes the race no earlier than the next one does`,
    async (t) => {
      const race = await inWindow(t, 'race');
      await send(race);
      t.deepEqual(
        await enter(race),
        ['test: the flag is 0', 'window: the flag is 1'],
        'it sleeps, and the flag is set',
      );
      await send(race);
      t.is(await race.program.ended, 0);
      t.deepEqual(lines(race.program).slice(2), ['select: EINTR', 'test: the flag is 2', 'status 0']);
    },
  );

  test.serial(`a signal to ${to}, sent from outside in the window, wakes the self-pipe`, async (t) => {
    const selfPipe = await inWindow(t, 'self-pipe');
    await send(selfPipe);
    t.deepEqual(await enter(selfPipe), ['select: 1, a descriptor is ready', 'read: 8 bytes', 'status 0']);
  });
}

test.serial(
  'the handler of the self-pipe does not wait for the loop, however many signals come before it reads',
  async (t) => {
    const selfPipe = await inWindow(t, 'self-pipe');
    for (let i = 0; i < 9000; i++) process.kill(selfPipe.pid, selfPipe.signal); // eight bytes each; a pipe has room for 65,536
    t.deepEqual(await enter(selfPipe), ['select: 1, a descriptor is ready', 'read: 8 bytes', 'status 0']);
  },
);

test.serial('a signal to its main thread, sent from outside in the window, wakes signalfd', async (t) => {
  const program = await inWindow(t, 'signalfd');
  await toMainThread(program);
  t.deepEqual(await enter(program), [
    'select: 1, a descriptor is ready',
    `read: signal ${program.signal}, sent by ${process.pid}`,
    'status 0',
  ]);
});

test.serial('a signal to its main thread, sent from outside in the window, wakes ppoll', async (t) => {
  const program = await inWindow(t, 'ppoll');
  await toMainThread(program);
  t.deepEqual(await enter(program), [
    'test: the flag is 0',
    'window: the flag is 0',
    'ppoll: EINTR',
    'test: the flag is 1',
    'status 0',
  ]);
});

test.serial(
  'a signal to the process goes to another thread than the one that blocks it: signalfd is ended by it',
  async (t) => {
    const program = await inWindow(t, 'signalfd');
    t.true(blocks(program.pid, program.pid, program.signal));
    const others = threads(program.pid).filter(({ tid }) => tid !== program.pid);
    t.true(
      others.some(({ tid }) => !blocks(program.pid, tid, program.signal)),
      'threads of Node do not block it',
    );
    await toProcess(program);
    t.deepEqual(await enter(program), [`status ${128 + program.signal}`]);
  },
);

test.serial(
  'a signal to the process goes to another thread than the one that blocks it: ppoll sleeps through it',
  async (t) => {
    const program = await inWindow(t, 'ppoll');
    await toProcess(program);
    const [, , ...more] = await enter(program);
    t.deepEqual(more, [], 'it sleeps');
    await toMainThread(program);
    t.is(await program.program.ended, 0);
    t.deepEqual(lines(program.program).slice(2), ['ppoll: EINTR', 'test: the flag is 2', 'status 0']);
  },
);

/** Whether a signal is in a line of a status file, such as SigBlk; not where there is no such file any more. */
function inMask(path: string, line: string, signal: number): boolean {
  try {
    const [, mask] = new RegExp(`^${line}:\\s*([0-9a-f]+)$`, 'm').exec(readFileSync(path, 'latin1'))!;
    return (BigInt(`0x${mask}`) & (1n << BigInt(signal - 1))) !== 0n;
  } catch {
    return false;
  }
}

/** Whether a thread blocks a signal. */
const blocks = (pid: number, tid: number, signal: number): boolean =>
  inMask(`/proc/${pid}/task/${tid}/status`, 'SigBlk', signal);

test('Node begins with a mask of its own, whatever it inherits', (t) => {
  const status = '/^SigBlk.*/m.exec(require("node:fs").readFileSync("/proc/self/status", "latin1"))[0]';
  const env = (...words: string[]): string =>
    spawnSync('env', ['--block-signal=USR2', ...words], { encoding: 'utf8' }).stdout;
  t.regex(env('grep', 'SigBlk', '/proc/self/status'), /^SigBlk:\s*0{13}800$/m);
  t.regex(env(process.execPath, '--print', status), /^SigBlk:\s*0{16}$/m);
});

test.serial('libuv has written into its pipe before any JavaScript runs, and the loop empties it', async (t) => {
  const lines = await demonstrate(t, `${FOLDER}/libuv.ts`);
  isAsShown(t, 'libuv', lines);
  const text = lines.join('\n');
  const [, pipe] = /^Descriptor (\d+) has become readable\.$/m.exec(text)!;
  const [, same, epoll] = /gone round; descriptor (\d+) is in the set of its epoll descriptor, (\d+)\.$/m.exec(text)!;
  t.is(same, pipe);
  t.regex(lines[1]!, new RegExp(`\\b${pipe} and \\d+`));
  t.not(pipe, epoll);
  t.deepEqual(text.match(/(true|false)$/gm), ['false', 'true', 'false', 'false', 'true']);
});

test.serial('without /proc libuv.ts cannot show the pipe, and says so in a line', async (t) => {
  const by = withoutProc();
  if (by === undefined) {
    t.log('NOT CHECKED: a place without /proc cannot be made here');
    t.pass();
    return;
  }
  const program = startProgram(t, `${FOLDER}/libuv.ts`, { by });
  t.is(await program.ended, 1);
  t.deepEqual(program.stdout, []);
  t.regex(program.stderr.join('\n'), /^libuv: there is no \/proc here.*$/);
});

test.serial('libuv hears of a signal in whichever thread its handler runs', async (t) => {
  const set = new SignalSet(SIGUSR2);
  let heard = false;
  process.once('SIGUSR2', () => {
    heard = true;
  });
  t.teardown(() => pthread_sigmask(SIG_UNBLOCK, set));
  pthread_sigmask(SIG_BLOCK, set);
  t.true(blocks(process.pid, process.pid, SIGUSR2));
  kill(process.pid, SIGUSR2); // so another thread must take it
  await until(() => heard, 'the function that process.once() was given has run');
  t.pass();
});

test('help is given, and a mistake on the command line is one line and status 2', async (t) => {
  const run = async (name: string, ...args: string[]): Promise<Program> => {
    const program = startProgram(t, `${FOLDER}/${name}.ts`, { args });
    await program.ended;
    return program;
  };
  for (const name of ['race', 'self-pipe', 'signalfd', 'ppoll', 'libuv']) {
    const [help, mistake] = await Promise.all([run(name, '--help'), run(name, '--wrong')]);
    t.is(await help.ended, 0);
    t.is(help.stdout[0], `Usage: ${name} [options]`);
    t.is(await mistake.ended, 2);
    t.is(mistake.stderr.length, 1, name);
  }
  const wrong = await run('race', '--seconds', '0');
  t.is(await wrong.ended, 2);
  t.is(wrong.stderr.length, 1);
});
