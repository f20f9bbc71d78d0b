/** poll(2), the array that it takes, and ppoll(2), which takes a mask of signals too. */

import { layout } from './layout.ts';
import { libc, result } from './libc.ts';
import { Memory } from './memory.ts';
import type { SignalSet } from './signal.ts';
import { writeTimespec } from './time.ts';
import { traced } from './trace.ts';

export const POLLIN = 0x001;
export const POLLOUT = 0x004;
export const POLLERR = 0x008;
export const POLLHUP = 0x010;
export const POLLNVAL = 0x020;
export const POLLRDHUP = 0x2000;

const { size: SIZE, fd: FD, events: EVENTS, revents: REVENTS } = layout.pollfd;

/** An array of struct pollfd, as poll() takes it: the entries 0 … length - 1. It grows as needed. */
export class PollEntries {
  /** How many entries it has. */
  length = 0;
  /** The entries; another piece of memory after put() has made it grow. */
  memory = Memory.allocate(64 * SIZE);
  #words = new Int32Array(this.memory.bytes.buffer);
  #shorts = new Int16Array(this.memory.bytes.buffer);

  /** The descriptor of entry `i`. */
  fd(i: number): number {
    return this.#words[(i * SIZE + FD) >> 2]!;
  }

  /** What is wanted of entry `i`: POLLIN, POLLOUT. */
  events(i: number): number {
    return this.#shorts[(i * SIZE + EVENTS) >> 1]!;
  }

  /** What poll() found of entry `i`: what was wanted, and POLLERR, POLLHUP, POLLNVAL unasked; 0 for nothing. */
  revents(i: number): number {
    return this.#shorts[(i * SIZE + REVENTS) >> 1]!;
  }

  /** Says what is wanted of entry `i`. */
  want(i: number, events: number): void {
    this.#shorts[(i * SIZE + EVENTS) >> 1] = events;
  }

  /** Writes the whole entry `i`, of which nothing was found yet. How many count is for `length` to say. */
  put(i: number, fd: number, events: number): void {
    while ((i + 1) * SIZE > this.memory.length) this.#grow();
    this.#words[(i * SIZE + FD) >> 2] = fd;
    this.#shorts[(i * SIZE + EVENTS) >> 1] = events;
    this.#shorts[(i * SIZE + REVENTS) >> 1] = 0;
  }

  #grow(): void {
    const memory = Memory.allocate(2 * this.memory.length);
    this.memory.bytes.copy(memory.bytes);
    this.memory = memory;
    this.#words = new Int32Array(memory.bytes.buffer);
    this.#shorts = new Int16Array(memory.bytes.buffer);
  }
}

/**
 * Descriptors and what is wanted of them, an entry for each, without a gap: the kernel looks at every entry of the array,
 * so none may be empty.
 */
export class PollFds extends PollEntries {
  /** By descriptor: its place in the array, where it has one. */
  readonly #places: (number | undefined)[] = [];

  // #region set
  /** Says what is wanted of a descriptor, which gets an entry if it has none. */
  set(fd: number, events: number): void {
    const place = this.#places[fd];
    if (place !== undefined) {
      this.want(place, events);
      return;
    }
    while (this.#places.length < fd) this.#places.push(undefined); // an array with holes would be slower
    this.#places[fd] = this.length;
    this.put(this.length++, fd, events);
  }
  // #endregion set

  // #region remove
  /** Takes a descriptor out, in constant time: the last entry moves to its place, with what poll() found of it. */
  remove(fd: number): void {
    const place = this.#places[fd];
    if (place === undefined) return;
    this.#places[fd] = undefined;
    const last = --this.length;
    if (place === last) return;
    this.memory.bytes.copyWithin(place * SIZE, last * SIZE, (last + 1) * SIZE);
    this.#places[this.fd(place)] = place;
  }
  // #endregion remove
}

const libcPoll = libc('poll', 'int', ['pointer', 'long', 'int']);

/**
 * poll(2): waits until a descriptor of the array is ready, and says of each entry how it is. A descriptor that is not
 * open is no failure of the call: its entry has POLLNVAL.
 *
 * @param milliseconds how long to wait at most, a whole number; -1 for as long as it takes; 0 only looks
 * @returns how many entries have something to tell; 0 when the time is over; -EINTR after a signal; -EINVAL for more
 *   entries than the process may have descriptors (RLIMIT_NOFILE)
 */
export const poll = traced(
  'poll',
  (fds: PollEntries, milliseconds: number): number => result(libcPoll(fds.memory.address, fds.length, milliseconds)),
  'nothing',
);

const libcPpoll = libc('ppoll', 'int', ['pointer', 'long', 'pointer', 'pointer']);
const timespec = Memory.allocate(layout.timespec.size);

/**
 * ppoll(2): poll() under another mask of signals. The kernel puts it into force and begins to wait in one step, and
 * takes it back when it returns; so a signal that is blocked before and after, and not in `mask`, comes during the call
 * and at no other time. One that was pending ends the call at once.
 *
 * @param milliseconds how long to wait at most, fractions allowed; -1 for as long as it takes
 * @param mask the signals that this thread blocks during the call
 * @returns as poll(); -EINTR after a signal that has a handler
 */
export const ppoll = traced(
  'ppoll',
  (fds: PollEntries, milliseconds: number, mask: SignalSet): number => {
    if (milliseconds >= 0) writeTimespec(timespec, milliseconds);
    const until = milliseconds < 0 ? 0 : timespec.address;
    return result(libcPpoll(fds.memory.address, fds.length, until, mask.memory.address));
  },
  'nothing',
);
