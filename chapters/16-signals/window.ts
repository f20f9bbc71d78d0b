/** What the programs of this chapter share: the signal, what its handler writes to, and the window in which it comes. */

import { existsSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { check, EINTR } from '../../lib/sys/errors.ts';
import { dup3, O_CLOEXEC, read } from '../../lib/sys/io.ts';
import { addressOf } from '../../lib/sys/libc.ts';
import { Memory, mapShared, memfd } from '../../lib/sys/memory.ts';
import { SA_SIGINFO, SIGRTMAX, SIGRTMIN, sigaction, tgkill } from '../../lib/sys/signal.ts';

/** A real-time signal whose number no descriptor has, for its handler takes the one for the other. */
export const SIGNAL = freeSignal();

function freeSignal(): number {
  // From the last one on: the kernel gives out descriptors from below.
  for (let signal = SIGRTMAX; signal >= SIGRTMIN; signal--) {
    if (!existsSync(`/proc/self/fd/${signal}`)) return signal;
  }
  console.error(`descriptors ${SIGRTMIN} to ${SIGRTMAX} are all open here, and one of these numbers is needed`);
  process.exit(1);
}

// #region handler
/**
 * Has eight bytes, which are not all zero, written into a descriptor whenever the signal comes. The C library's
 * eventfd_write(fd, value) is one write(2), which may be made in a handler; the kernel passes it the signal's number
 * and the address of a siginfo_t. So the descriptor gets that number as well.
 */
export function onSignalWrite(fd: number): void {
  check(dup3(fd, SIGNAL, O_CLOEXEC), 'dup3');
  check(sigaction(SIGNAL, addressOf('eventfd_write'), SA_SIGINFO), 'sigaction');
}
// #endregion handler

// #region flag
/** A variable that the handler sets: memory that is a file too, into which it writes. */
export class Flag {
  readonly #words: BigUint64Array;

  constructor() {
    const fd = memfd(64);
    const { bytes } = mapShared(fd, 64);
    this.#words = new BigUint64Array(bytes.buffer, bytes.byteOffset, 8);
    onSignalWrite(fd);
  }

  /** How often the signal has come; it counts to eight. */
  get count(): number {
    return this.#words.filter((word) => word !== 0n).length;
  }
}
// #endregion flag

/** How a program is asked to run. */
export interface Choices {
  /** How long it sleeps at most, in milliseconds. */
  readonly patience: number;
  /** Whether it waits in the window for Enter, so that somebody else can send the signal. */
  readonly wait: boolean;
}

/** The command line of such a program. */
export function choices(name: string, summary: string): Choices {
  const { seconds, wait } = toolCommand(name, summary)
    .option('--seconds <n>', 'how long to sleep at most', wholeNumber(1, 3600), 2)
    .option('--wait', 'wait in the window for Enter, so that you can send the signal from another terminal', false)
    .parse()
    .opts<{ seconds: number; wait: boolean }>();
  return { patience: 1000 * seconds, wait };
}

/** What is typed before Enter. */
const line = Memory.allocate(64);

// #region window
/** What happens between the test and the sleep: the signal comes, by this thread's own hand or by yours. */
export function window({ wait }: Choices): void {
  const { pid } = process; // the main thread's number as well
  if (wait) {
    say('window', `in another terminal: kill -${SIGNAL} ${pid}; then press Enter here`);
    while (read(0, line, 0, line.length) === -EINTR) {} // by the handler
  } else {
    check(tgkill(pid, pid, SIGNAL), 'tgkill');
    say('window', `signal ${SIGNAL} has been sent`);
  }
}
// #endregion window

/** Prints a line. */
export function say(where: string, what: string): void {
  console.log(`${where.padEnd(7)} ${what}`);
}

/** What a call that waits has returned, in words. */
export function told(result: number): string {
  if (result < 0) return getSystemErrorName(result);
  return result === 0 ? '0, the time is over' : `${result}, a descriptor is ready`;
}
