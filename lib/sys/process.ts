/** Processes and signals: the calls that Node's own API does not have, or makes only from its event loop. */

import { constants } from 'node:os';
import { EINTR } from './errors.ts';
import { layout } from './layout.ts';
import { libc, result } from './libc.ts';
import { Memory } from './memory.ts';
import { writeTimespec } from './time.ts';
import { traced } from './trace.ts';

export const { SIGINT, SIGKILL, SIGPIPE, SIGTERM } = constants.signals;

export const WNOHANG = 1;
export const SIG_DFL = 0;
export const SIG_IGN = 1;

const libcWaitpid = libc('waitpid', 'int', ['int', 'pointer', 'int']);
const libcKill = libc('kill', 'int', ['int', 'int']);
const libcSignal = libc('signal', 'long', ['int', 'pointer']);
const libcNanosleep = libc('nanosleep', 'int', ['pointer', 'pointer']);
const libcExit = libc('_exit', 'int', ['int']);
const libcFork = libc('fork', 'int', []);
const libcPrctl = libc('prctl', 'int', ['int', 'long', 'long', 'long', 'long']);

/**
 * waitpid(2): reaps a child. A child that node:child_process started is reaped by Node: never wait for it here as well.
 *
 * @param pid a child's, or -1 for any
 * @param status 4 bytes, which become the status: exitStatus() and termSignal() read it
 * @param options WNOHANG, not to wait
 * @returns the child's pid; 0 when none has ended and WNOHANG is given; -ECHILD when there is none to wait for
 */
export const waitpid = traced(
  'waitpid',
  (pid: number, status: Memory, options: number): number => result(libcWaitpid(pid, status.at(0, 4), options)),
  'nothing',
);

/** WEXITSTATUS of a status that waitpid() wrote, or -1 when the child did not exit by itself. */
export function exitStatus(status: Memory): number {
  const word = status.bytes.readInt32LE(0);
  return (word & 0x7f) === 0 ? (word >> 8) & 0xff : -1;
}

/** WTERMSIG of a status that waitpid() wrote, or 0 when no signal ended the child. */
export function termSignal(status: Memory): number {
  const signal = status.bytes.readInt32LE(0) & 0x7f;
  return signal === 0x7f ? 0 : signal;
}

/** kill(2). @param signal its number; 0 only asks whether the process is there @returns 0 or a negative errno */
export const kill = traced('kill', (pid: number, signal: number): number => result(libcKill(pid, signal)), 'nothing');

/**
 * signal(2), for the two dispositions that need no handler.
 *
 * @param disposition SIG_DFL or SIG_IGN
 * @returns 0 or a negative errno
 */
export const signal = traced(
  'signal',
  (number: number, disposition: typeof SIG_DFL | typeof SIG_IGN): number => {
    const previous = libcSignal(number, disposition); // an address, or SIG_ERR
    return previous === -1 ? result(previous) : 0;
  },
  'nothing',
);

/**
 * _exit(2): ends this process at once, with all its threads, whatever they are doing. process.exit() waits for worker
 * threads instead, and one that sleeps in a system call never hears of it.
 */
export const _exit = traced('_exit', (status: number): number => libcExit(status), 'nothing');

/**
 * fork(2), which is of no use here but to see why. The child has this one thread and not the others, and V8 has its heap
 * left out of it: it dies as soon as it touches a JavaScript object, or hangs. Where it does not, it is this program a
 * second time, with the same sockets. So `_exit()` must be what it does first; and the parent must wait for it with a
 * bound, kill it when that is over, and reap it with waitpid(), for Node does not know of it. To start a child that
 * lives, use startChild(). Not among the calls of a trace: the child would write its line too.
 *
 * @returns the child's pid; 0 in the child; or a negative errno
 */
export const fork = (): number => result(libcFork());

const PR_SET_PDEATHSIG = 1;

/** Has the kernel send `signal` to this process when its parent dies: prctl(2), PR_SET_PDEATHSIG. */
export const setParentDeathSignal = traced(
  'prctl',
  (signal: number): number => result(libcPrctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)),
  'nothing',
);

const interval = Memory.allocate(layout.timespec.size);

/**
 * nanosleep(2): blocks this thread, and whoever depends on it. A signal that has a handler does not shorten it.
 *
 * @param milliseconds how long, fractions allowed
 * @returns 0 or a negative errno
 */
export const nanosleep = traced(
  'nanosleep',
  (milliseconds: number): number => {
    writeTimespec(interval, milliseconds);
    let slept: number;
    do {
      slept = result(libcNanosleep(interval.address, interval.address)); // what is left is written back
    } while (slept === -EINTR);
    return slept;
  },
  'nothing',
);
