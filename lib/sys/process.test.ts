/** Reaping children, sending signals, and sleeping in the kernel. */

import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { ECHILD, EINVAL } from './errors.ts';
import { interrupted } from './fixtures/resources.ts';
import { spawnUnreaped } from './fixtures/spawn.ts';
import { libc } from './libc.ts';
import { Memory } from './memory.ts';
import * as p from './process.ts';

const { SIGKILL, SIGTERM, SIG_DFL, SIG_IGN, WNOHANG } = p;
const SIGUSR2 = 12;
const ESRCH = 3;

/** Runs a shell's command line as a child that only waitpid() reaps. @returns its pid, and how to wait for it */
function shell(t: ExecutionContext, line: string): { pid: number; wait: (options: number) => number; status: Memory } {
  const pid = spawnUnreaped('/bin/sh', '-c', line);
  const status = Memory.allocate(4);
  let reaped = false;
  const wait = (options: number): number => {
    const result = p.waitpid(pid, status, options);
    reaped ||= result === pid;
    return result;
  };
  t.teardown(() => {
    if (reaped) return;
    p.kill(pid, SIGKILL);
    wait(0);
  });
  return { pid, wait, status };
}

for (const status of [0, 1, 7, 255]) {
  test(`waitpid reaps a child that exits with ${status}, and tells the status`, (t) => {
    const child = shell(t, `exit ${status}`);
    t.is(child.wait(0), child.pid);
    t.is(p.exitStatus(child.status), status);
    t.is(p.termSignal(child.status), 0);
  });
}

for (const signal of [SIGTERM, SIGKILL]) {
  test(`waitpid reaps a child that signal ${signal} ends, and tells the signal`, (t) => {
    const child = shell(t, `kill -${signal} $$; exit 7`);
    t.is(child.wait(0), child.pid);
    t.is(p.termSignal(child.status), signal);
    t.is(p.exitStatus(child.status), -1);
  });
}

test('waitpid does not wait with WNOHANG, and finds no child when it has been reaped', (t) => {
  const child = shell(t, 'exec sleep 1000');
  t.is(child.wait(WNOHANG), 0);
  t.is(p.kill(child.pid, 0), 0);
  t.is(p.kill(child.pid, SIGKILL), 0);
  t.is(child.wait(0), child.pid);
  t.is(p.termSignal(child.status), SIGKILL);
  t.is(child.wait(0), -ECHILD);
  t.is(p.kill(child.pid, 0), -ESRCH);
});

test('a status is read as wait(2) defines it: of what exited, was killed, dumped core, stopped or went on', (t) => {
  const status = Memory.allocate(4);
  const read = (word: number): [number, number] => {
    status.bytes.writeInt32LE(word);
    return [p.exitStatus(status), p.termSignal(status)];
  };
  t.deepEqual(read(0x0000), [0, 0]);
  t.deepEqual(read(0xff00), [255, 0]);
  t.deepEqual(read(0x0009), [-1, 9]);
  t.deepEqual(read(0x008b), [-1, 11]); // SIGSEGV, with a core dump
  t.deepEqual(read(0x137f), [-1, 0]); // stopped by SIGSTOP
  t.deepEqual(read(0xffff), [-1, 0]); // continued
});

test('a status that has no room of 4 bytes is refused', (t) => {
  t.throws(() => p.waitpid(-1, Memory.allocate(3), WNOHANG), { instanceOf: RangeError });
});

test('a signal that does not exist cannot be sent', (t) => {
  t.is(p.kill(process.pid, 9999), -EINVAL);
});

test('signal ignores a signal and gives it back its default', (t) => {
  const ignored = (): boolean => {
    const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))!;
    return (BigInt(`0x${mask}`) & (1n << BigInt(SIGUSR2 - 1))) !== 0n;
  };
  t.teardown(() => p.signal(SIGUSR2, SIG_DFL));
  t.false(ignored());
  t.is(p.signal(SIGUSR2, SIG_IGN), 0);
  t.true(ignored());
  t.is(p.kill(process.pid, SIGUSR2), 0); // and we are still here
  t.is(p.signal(SIGUSR2, SIG_DFL), 0);
  t.false(ignored());
  t.is(p.signal(SIGKILL, SIG_IGN), -EINVAL);
});

test('the signal for the death of the parent is the one that was asked for', (t) => {
  const PR_GET_PDEATHSIG = 2;
  const prctl = libc('prctl', 'int', ['int', 'pointer', 'long', 'long', 'long']);
  const signal = Memory.allocate(4);
  const current = (): number => {
    prctl(PR_GET_PDEATHSIG, signal.address, 0, 0, 0);
    return signal.bytes.readInt32LE(0);
  };
  t.teardown(() => p.setParentDeathSignal(0));
  t.is(current(), 0);
  t.is(p.setParentDeathSignal(SIGTERM), 0);
  t.is(current(), SIGTERM);
  t.is(p.setParentDeathSignal(9999), -EINVAL);
});

test('nanosleep sleeps no less than it was asked to, and no negative time', (t) => {
  for (const milliseconds of [0, 0.25, 5]) {
    const began = process.hrtime.bigint();
    t.is(p.nanosleep(milliseconds), 0);
    t.true(process.hrtime.bigint() - began >= BigInt(milliseconds * 1e6));
  }
  t.is(p.nanosleep(-1), -EINVAL);
});

test('signals that have a handler do not shorten nanosleep', async (t) => {
  t.is(await interrupted(t, 'nanosleep'), '0\n');
});
