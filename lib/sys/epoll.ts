/** epoll(7): the kernel keeps the set of descriptors, and returns only those that are ready. */

import { ENOSYS, EPERM } from './errors.ts';
import { layout } from './layout.ts';
import { libc, result } from './libc.ts';
import { Memory } from './memory.ts';
import { traced } from './trace.ts';

export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;

export const EPOLLIN = 0x001;
export const EPOLLOUT = 0x004;
export const EPOLLERR = 0x008;
export const EPOLLHUP = 0x010;
export const EPOLLRDHUP = 0x2000;
export const EPOLLEXCLUSIVE = 1 << 28;
export const EPOLLET = 1 << 31;

const { size: SIZE, events: EVENTS, data: DATA } = layout.epoll_event;

/** Room for the events that one epoll_wait returns: an array of struct epoll_event, read without an allocation. */
export class EpollEvents {
  readonly capacity: number;
  readonly memory: Memory;
  readonly #words: Int32Array;

  /** @param capacity in events */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.memory = Memory.allocate(capacity * SIZE);
    this.#words = new Int32Array(this.memory.bytes.buffer);
  }

  /** The descriptor of event `i`, as epoll_ctl registered it. */
  fd(i: number): number {
    return this.#words[(i * SIZE + DATA) >> 2]!;
  }

  /** What event `i` tells: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP, EPOLLRDHUP. */
  events(i: number): number {
    return this.#words[(i * SIZE + EVENTS) >> 2]!;
  }
}

const libcEpollCreate1 = libc('epoll_create1', 'int', ['int']);
const libcEpollCtl = libc('epoll_ctl', 'int', ['int', 'int', 'int', 'pointer']);
const libcEpollWait = libc('epoll_wait', 'int', ['int', 'pointer', 'int', 'int']);

export const EPOLL_CLOEXEC = 0o2000000;

/** epoll_create1(2). @param flags EPOLL_CLOEXEC @returns a descriptor or a negative errno */
export const epoll_create1 = traced(
  'epoll_create1',
  (flags: number): number => result(libcEpollCreate1(flags)),
  'nothing',
);

const event = Memory.allocate(SIZE);

/**
 * epoll_ctl(2). The event's data is the descriptor itself.
 *
 * @param operation EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL
 * @param events what to wait for: EPOLLIN, EPOLLOUT, with EPOLLET or EPOLLEXCLUSIVE
 * @returns 0 or a negative errno
 */
export const epoll_ctl = traced('epoll_ctl', (epoll: number, operation: number, fd: number, events: number): number => {
  event.bytes.writeInt32LE(events, EVENTS);
  event.bytes.writeInt32LE(fd, DATA);
  return result(libcEpollCtl(epoll, operation, fd, event.address));
});

/**
 * epoll_wait(2): waits until a descriptor of the set is ready.
 *
 * @param milliseconds how long to wait at most, a whole number; -1 for as long as it takes; 0 only looks
 * @returns how many events it wrote; 0 when the time is over; -EINTR after a signal
 */
export const epoll_wait = traced('epoll_wait', (epoll: number, events: EpollEvents, milliseconds: number): number =>
  result(libcEpollWait(epoll, events.memory.address, events.capacity, milliseconds)),
);

const SYS_epoll_pwait2 = 441; // on every architecture; glibc has had a function for it since 2.35 alone
const libcSyscall = libc('syscall', 'long', ['long', 'long', 'pointer', 'long', 'pointer', 'pointer', 'long']);
const timeout = Memory.allocate(layout.timespec.size);
const timeoutWords = new Int32Array(timeout.bytes.buffer);
const [SECONDS, NANOSECONDS] = [layout.timespec.tv_sec! >> 2, layout.timespec.tv_nsec! >> 2];
let precise = true;

/**
 * epoll_pwait2(2): epoll_wait(2) with a timeout that is finer than a millisecond. Where the kernel has no such call
 * (before Linux 5.11), or a sandbox refuses it, it is epoll_wait with whole milliseconds, rounded up.
 *
 * @param microseconds how long to wait at most, fractions allowed, at most 2,000 seconds; 0 only looks
 * @returns as epoll_wait()
 */
export const epoll_pwait2 = traced(
  'epoll_pwait2',
  (epoll: number, events: EpollEvents, microseconds: number): number => {
    if (precise) {
      const seconds = Math.floor(microseconds / 1e6);
      timeoutWords[SECONDS] = seconds;
      timeoutWords[NANOSECONDS] = Math.min(999_999_999, Math.ceil((microseconds - seconds * 1e6) * 1e3));
      const { memory, capacity } = events;
      const count = result(libcSyscall(SYS_epoll_pwait2, epoll, memory.address, capacity, timeout.address, 0, 0));
      if (count !== -ENOSYS && count !== -EPERM) return count;
      precise = false;
    }
    return result(libcEpollWait(epoll, events.memory.address, events.capacity, Math.ceil(microseconds / 1e3)));
  },
);
