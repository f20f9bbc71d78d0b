/** Handlers, masks, signals as something to read, and to which thread a signal goes. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { check, EAGAIN, EINTR, EINVAL } from './errors.ts';
import { Descriptors } from './fixtures/resources.ts';
import { dup3, O_CLOEXEC, O_NONBLOCK, read, write } from './io.ts';
import { layout } from './layout.ts';
import { addressOf, libc } from './libc.ts';
import { Memory } from './memory.ts';
import { PollFds, poll, ppoll } from './poll.ts';
import { kill, SIG_DFL, SIG_IGN, SIGKILL } from './process.ts';
import { select } from './select.ts';
import * as g from './signal.ts';

const SIGUSR2 = 12;
const ESRCH = 3;
const memory = Memory.allocate(1024);

/** The line of this thread in /proc that tells of signals. @returns whether a signal is in it */
function inStatus(line: 'SigBlk' | 'SigPnd' | 'SigCgt' | 'SigIgn', signal: number): boolean {
  const [, mask] = new RegExp(`^${line}:\\s*([0-9a-f]+)$`, 'm').exec(
    readFileSync('/proc/thread-self/status', 'latin1'),
  )!;
  return (BigInt(`0x${mask}`) & (1n << BigInt(signal - 1))) !== 0n;
}

const send = (signal: number): number => g.tgkill(process.pid, process.pid, signal); // to the main thread, which we are

/** What the C library says is set for a signal. @returns the handler's address, and the flags that are ours to set */
function actionOf(signal: number): [number, number] {
  const action = Memory.allocate(layout.sigaction.size);
  libc('sigaction', 'int', ['int', 'pointer', 'pointer'])(signal, 0, action.address);
  const { sa_handler, sa_flags } = layout.sigaction;
  const flags = action.bytes.readInt32LE(sa_flags) & (g.SA_SIGINFO | g.SA_RESTART);
  return [Number(action.bytes.readBigUInt64LE(sa_handler)), flags];
}

/** Has a signal write eight bytes into a pipe. @returns the reading end, non-blocking */
function pipeOf(t: ExecutionContext, signal: number, flags = 0): number {
  const fds = new Descriptors(t);
  const [reading, writing] = fds.pipe(O_NONBLOCK);
  t.is(fds.keep(dup3(writing, signal, O_CLOEXEC)), signal);
  t.teardown(() => g.sigaction(signal, SIG_DFL, 0));
  t.is(g.sigaction(signal, addressOf('eventfd_write'), g.SA_SIGINFO | flags), 0);
  return reading;
}

/** Blocks signals in this thread for the time of the test. */
function block(t: ExecutionContext, ...signals: number[]): g.SignalSet {
  const set = new g.SignalSet(...signals);
  t.teardown(() => g.pthread_sigmask(g.SIG_UNBLOCK, set));
  t.is(g.pthread_sigmask(g.SIG_BLOCK, set), 0);
  return set;
}

test.serial('a set has the signals that the C library sees in it', (t) => {
  const sigismember = libc('sigismember', 'int', ['pointer', 'int']);
  const signals = fc.array(fc.integer({ min: 1, max: 64 }).filter((signal) => signal !== 32 && signal !== 33));
  fc.assert(
    fc.property(signals, (chosen) => {
      const set = new g.SignalSet(...chosen);
      for (let signal = 1; signal <= 64; signal++) {
        t.is(set.has(signal), chosen.includes(signal));
        if (signal !== 32 && signal !== 33) t.is(sigismember(set.memory.address, signal), Number(set.has(signal)));
      }
    }),
  );
  for (const none of [0, -1, 65, Number.NaN]) t.throws(() => new g.SignalSet(none), { instanceOf: RangeError });
});

test.serial('the C library gives programs the real-time signals from SIGRTMIN to SIGRTMAX', (t) => {
  t.is(libc('__libc_current_sigrtmin', 'int', [])(), g.SIGRTMIN);
  t.is(libc('__libc_current_sigrtmax', 'int', [])(), g.SIGRTMAX);
});

test.serial('sigaction sets a handler and flags, and others instead', (t) => {
  const signal = 49;
  const handler = addressOf('abs');
  t.teardown(() => g.sigaction(signal, SIG_DFL, 0));
  for (const flags of [g.SA_SIGINFO, g.SA_RESTART, g.SA_SIGINFO | g.SA_RESTART, 0]) {
    t.is(g.sigaction(signal, handler, flags), 0);
    t.deepEqual(actionOf(signal), [handler, flags]);
  }
});

test.serial('a handler has run when tgkill to the own thread returns; it is told number and siginfo', (t) => {
  const signal = 50;
  const reading = pipeOf(t, signal);
  t.true(inStatus('SigCgt', signal));
  t.is(read(reading, memory, 0, 16), -EAGAIN);
  t.is(send(signal), 0);
  t.is(read(reading, memory, 0, 16), 8);
  t.true(memory.bytes.readBigUInt64LE(0) > 0n, 'the address of a siginfo_t');
  t.is(g.sigaction(signal, SIG_IGN, 0), 0);
  t.true(inStatus('SigIgn', signal));
  t.is(send(signal), 0);
  t.is(read(reading, memory, 0, 16), -EAGAIN);
});

test.serial('a handler that writes into a full pipe does not block, and the pipe is readable', (t) => {
  const signal = 54;
  const reading = pipeOf(t, signal);
  while (write(signal, memory, 0, memory.length) >= 0) {}
  t.is(send(signal), 0);
  t.is(read(reading, memory, 0, memory.length), memory.length);
});

test.serial('a blocked signal is pending until it is blocked no more', (t) => {
  const signal = 51;
  const reading = pipeOf(t, signal);
  const set = block(t, signal);
  t.true(inStatus('SigBlk', signal));
  send(signal);
  t.true(inStatus('SigPnd', signal));
  t.is(read(reading, memory, 0, 16), -EAGAIN);
  t.is(g.pthread_sigmask(g.SIG_UNBLOCK, set), 0);
  t.is(read(reading, memory, 0, 16), 8);
  t.false(inStatus('SigBlk', signal));
  t.false(inStatus('SigPnd', signal));
  t.is(g.pthread_sigmask(g.SIG_SETMASK, set), 0);
  t.true(inStatus('SigBlk', signal));
});

test.serial('a descriptor gives blocked signals to read: of each standard one once, of real-time ones all', (t) => {
  const signal = 52;
  const fds = new Descriptors(t);
  const fd = fds.keep(check(g.signalfd(block(t, signal, SIGUSR2), g.SFD_NONBLOCK | g.SFD_CLOEXEC), 'signalfd'));
  const ready = new PollFds();
  ready.set(fd, 1);
  t.is(poll(ready, 0), 0);
  t.is(read(fd, memory, 0, memory.length), -EAGAIN);
  for (const each of [signal, SIGUSR2, signal, SIGUSR2, SIGUSR2]) send(each);
  t.is(poll(ready, 0), 1);
  const { size, ssi_signo, ssi_pid, ssi_uid } = layout.signalfd_siginfo;
  t.is(read(fd, memory, 0, memory.length), 3 * size);
  const word = (i: number, at: number): number => memory.bytes.readUInt32LE(i * size + at);
  t.deepEqual(
    [0, 1, 2].map((i) => [word(i, ssi_signo), word(i, ssi_pid), word(i, ssi_uid)]),
    [SIGUSR2, signal, signal].map((number) => [number, process.pid, process.getuid!()]),
  );
  t.is(read(fd, memory, 0, memory.length), -EAGAIN);
});

test.serial('ppoll takes a signal that was blocked and pending, and blocks it again', (t) => {
  const signal = 53;
  const reading = pipeOf(t, signal, g.SA_RESTART); // which ppoll does not follow
  block(t, signal);
  const none = new g.SignalSet();
  t.is(ppoll(new PollFds(), 0.5, none), 0);
  send(signal);
  t.is(ppoll(new PollFds(), 0.5, new g.SignalSet(signal)), 0, 'it stays blocked when the mask has it');
  t.is(read(reading, memory, 0, 16), -EAGAIN);
  t.is(ppoll(new PollFds(), -1, none), -EINTR);
  t.is(read(reading, memory, 0, 16), 8);
  t.true(inStatus('SigBlk', signal));
});

test.serial('a handler ends select with -EINTR, whether it was installed with SA_RESTART or not', async (t) => {
  for (const [signal, flags] of [
    [55, 0],
    [56, g.SA_RESTART],
  ] as const) {
    pipeOf(t, signal, flags);
    // Again and again: one of them comes while it sleeps.
    const sender = spawn('sh', ['-c', `while kill -${signal} ${process.pid}; do :; done`], { stdio: 'ignore' });
    const gone = once(sender, 'exit'); // until then there may be more of them, which the handler must be there for
    t.is(select(0, null, null, 60_000), -EINTR);
    sender.kill('SIGKILL');
    await gone;
  }
});

test.serial('failures are negative errnos', (t) => {
  const set = new g.SignalSet();
  t.is(g.sigaction(SIGKILL, SIG_IGN, 0), -EINVAL);
  t.is(g.sigaction(65, SIG_IGN, 0), -EINVAL);
  t.is(g.pthread_sigmask(99, set), -EINVAL);
  t.is(g.signalfd(set, 1), -EINVAL);
  t.is(g.tgkill(process.pid, process.pid, 65), -EINVAL);
  t.is(g.tgkill(process.pid, process.ppid, 0), -ESRCH, 'a thread of another process');
  t.is(g.tgkill(process.pid, process.pid, 0), 0);
  t.is(kill(process.pid, 0), 0);
});
