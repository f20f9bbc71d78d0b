/** Signals beyond signal(2): handlers, masks, descriptors that signals are read from, and signals to one thread. */

import { layout } from './layout.ts';
import { libc, result } from './libc.ts';
import { Memory } from './memory.ts';
import { traced } from './trace.ts';

export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;
export const SA_SIGINFO = 0x4;
export const SA_RESTART = 0x10000000;
export const SFD_NONBLOCK = 0o4000;
export const SFD_CLOEXEC = 0o2000000;

/** The first real-time signal that the C library leaves to programs (it keeps 32 and 33), and the last one; signal(7). */
export const SIGRTMIN = 34;
export const SIGRTMAX = 64;

/** The C library's sigset_t has room for 1,024 signals, of which the kernel looks at 64. */
const SET_SIZE = 128;

/** A set of signals, one bit each; sigsetops(3). */
export class SignalSet {
  readonly memory = Memory.allocate(SET_SIZE);

  constructor(...signals: number[]) {
    for (const signal of signals) this.add(signal);
  }

  /** sigaddset. @throws RangeError for what is no signal */
  add(signal: number): void {
    if (!(signal >= 1 && signal <= SIGRTMAX)) throw new RangeError(`${signal} is no signal`);
    this.memory.bytes[(signal - 1) >> 3]! |= 1 << ((signal - 1) & 7);
  }

  /** sigismember. */
  has(signal: number): boolean {
    return (this.memory.bytes[(signal - 1) >> 3]! & (1 << ((signal - 1) & 7))) !== 0;
  }
}

const libcSigaction = libc('sigaction', 'int', ['int', 'pointer', 'pointer']);
const libcPthreadSigmask = libc('pthread_sigmask', 'int', ['int', 'pointer', 'pointer']);
const libcSignalfd = libc('signalfd', 'int', ['int', 'pointer', 'int']);
const libcSyscall = libc('syscall', 'long', ['long', 'long', 'long', 'long']);

const action = Memory.allocate(layout.sigaction.size); // its sa_mask stays empty

// #region sigaction
/**
 * sigaction(2): what shall be done when a signal comes, in whichever thread it comes.
 *
 * @param handler SIG_DFL, SIG_IGN or the address of a C function, which the kernel calls between any two instructions of
 *   the thread. JavaScript cannot run there: it would find V8 in the middle of something. Take one of the C library that
 *   signal-safety(7) allows, with a first parameter that is an int, the signal's number
 * @param flags SA_SIGINFO: the second argument is the address of a siginfo_t, else nothing that is promised;
 *   SA_RESTART: those calls that can be taken up again after the handler are, and do not return -EINTR
 * @returns 0 or a negative errno
 */
export const sigaction = traced(
  'sigaction',
  (signal: number, handler: number, flags: number): number => {
    const { sa_handler, sa_flags } = layout.sigaction;
    action.bytes.writeBigUInt64LE(BigInt(handler), sa_handler);
    action.bytes.writeInt32LE(flags, sa_flags);
    return result(libcSigaction(signal, action.address, 0));
  },
  'nothing',
);
// #endregion sigaction

/**
 * pthread_sigmask(3): which signals this thread blocks. A blocked signal stays pending until it is blocked no more.
 * Other threads have masks of their own: a signal to the whole process goes to one that does not block it.
 *
 * @param how SIG_BLOCK adds the set to the mask, SIG_UNBLOCK takes it out, SIG_SETMASK makes it the mask
 * @returns 0 or a negative errno
 */
export const pthread_sigmask = traced(
  'pthread_sigmask',
  (how: number, set: SignalSet): number => 0 - libcPthreadSigmask(how, set.memory.address, 0), // it returns the errno; and no -0
  'nothing',
);

/**
 * signalfd(2), a new one: a descriptor from which signals are read that the reading thread blocks.
 *
 * @param flags SFD_NONBLOCK, SFD_CLOEXEC
 * @returns the descriptor or a negative errno
 */
export const signalfd = traced(
  'signalfd',
  (set: SignalSet, flags: number): number => result(libcSignalfd(-1, set.memory.address, flags)),
  'nothing',
);

// Called by its number: the C library has had a function for it only since glibc 2.30, and musl has none.
export const SYS_tgkill = { x64: 234, arm64: 131 };
const NUMBER = SYS_tgkill[process.arch as 'x64' | 'arm64'];

/**
 * tgkill(2): sends a signal to one thread, which alone can take it. To the calling thread itself it has come when the
 * call returns, unless that thread blocks it.
 *
 * @param pid the process
 * @param tid the thread; that of the main thread is the pid
 * @returns 0 or a negative errno
 */
export const tgkill = traced(
  'tgkill',
  (pid: number, tid: number, signal: number): number => result(libcSyscall(NUMBER, pid, tid, signal)),
  'nothing',
);
