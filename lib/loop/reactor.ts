/** The reactor: whoever waits for a descriptor or a time leaves a handler, and one loop calls them all; Schmidt (1995). */

import { Wakeups, type Waking } from '../service/wakeups.ts';
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLIN,
  EPOLLOUT,
  EpollEvents,
  epoll_create1,
  epoll_ctl,
  epoll_wait,
} from '../sys/epoll.ts';
import { check, EINTR } from '../sys/errors.ts';
import { close } from '../sys/io.ts';

/** Is called in the loop's thread, and must not block. */
export type Handler = (fd: number) => void;

/** Whom to call for a descriptor. What has no handler is not watched for, and hangup() is told of it all the same. */
export interface Handlers {
  /** There is something to read, or the end, or an error. */
  readonly readable?: Handler | undefined;
  /** There is room to write. */
  readonly writable?: Handler | undefined;
  /** The peer is gone, and there is neither of the others to hear of it. */
  readonly hangup?: Handler | undefined;
}

/** Something to be done later. */
class Timer {
  readonly callback: () => void;

  constructor(callback: () => void) {
    this.callback = callback;
  }
}

const NOBODY: Handlers = {};

export class Reactor {
  readonly #epoll = check(epoll_create1(EPOLL_CLOEXEC), 'epoll_create1');
  readonly #events = new EpollEvents(512);
  // #region state
  /** By descriptor: whom to call, and what the kernel was told to watch for. */
  readonly #handlers: (Handlers | undefined)[] = [];
  readonly #watched: number[] = [];
  /** Descriptors without a handler any more, which are closed when no list of events mentions them. */
  readonly #closing: number[] = [];
  // #endregion state
  readonly #wakeups: { readonly wakeups: Waking; readonly handler: (number: number) => void }[] = [];
  /** By number: the timers that run, their times, and the numbers that are free. */
  readonly #timers: (Timer | undefined)[] = [];
  readonly #times = new Wakeups();
  readonly #free: number[] = [];

  constructor() {
    this.wake(this.#times, (number) => {
      const { callback } = this.#timers[number]!;
      this.#forget(number);
      callback();
    });
  }

  // #region handle
  /**
   * Says whom to call for a descriptor, instead of whom it was told before.
   *
   * @param fd non-blocking
   */
  handle(fd: number, handlers: Handlers): void {
    const events = (handlers.readable ? EPOLLIN : 0) | (handlers.writable ? EPOLLOUT : 0);
    const known = this.#handlers[fd] !== undefined;
    if (!known || events !== this.#watched[fd]) {
      check(epoll_ctl(this.#epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, events), 'epoll_ctl');
    }
    while (this.#handlers.length <= fd) {
      this.#handlers.push(undefined); // an array with holes would be slower
      this.#watched.push(0);
    }
    this.#handlers[fd] = handlers;
    this.#watched[fd] = events;
  }
  // #endregion handle

  /** Calls nobody for a descriptor any more, which stays open. */
  release(fd: number): void {
    if (this.#handlers[fd] === undefined) return;
    this.#handlers[fd] = undefined;
    check(epoll_ctl(this.#epoll, EPOLL_CTL_DEL, fd, 0), 'epoll_ctl');
  }

  // #region close
  /**
   * Calls nobody for a descriptor any more, from now on; and closes it when this turn is over, or before the next one
   * waits. Until then its number cannot be given out again, so an event of this turn that is meant for it meets nobody,
   * and never its successor.
   */
  close(fd: number): void {
    this.#handlers[fd] = undefined;
    this.#closing.push(fd);
  }
  // #endregion close

  /**
   * Calls back once, after so many milliseconds.
   *
   * @returns how to call it off, which does nothing when it is over
   */
  after(milliseconds: number, callback: () => void): () => void {
    const timer = new Timer(callback);
    const number = this.#free.pop() ?? this.#timers.length;
    this.#timers[number] = timer;
    this.#times.later(number, milliseconds);
    return () => {
      if (this.#timers[number] === timer) this.#forget(number); // else it is over, and the number another's
    };
  }

  #forget(number: number): void {
    this.#timers[number] = undefined;
    this.#times.cancel(number);
    this.#free.push(number);
  }

  /** Has the loop look after others who wake up by themselves. @param handler is called for each of them */
  wake(wakeups: Waking, handler: (number: number) => void): void {
    this.#wakeups.push({ wakeups, handler });
  }

  // #region turn
  /** Waits until somebody is to be called, and calls all who are. */
  turn(): void {
    this.#closeAll(); // whom somebody has closed between two turns, or the wait would hold their ends back
    const count = epoll_wait(this.#epoll, this.#events, this.#timeout());
    if (count !== -EINTR) check(count, 'epoll_wait');
    for (let i = 0; i < count; i++) {
      const fd = this.#events.fd(i);
      const events = this.#events.events(i);
      const { readable, writable, hangup } = this.#handlers[fd] ?? NOBODY;
      if (writable !== undefined && events & EPOLLOUT) writable(fd);
      else if (readable !== undefined) readable(fd);
      else hangup?.(fd);
    }
    for (const { wakeups, handler } of this.#wakeups) {
      for (let next = wakeups.next(); next >= 0; next = wakeups.next()) handler(next);
    }
    this.#closeAll();
  }
  // #endregion turn

  #closeAll(): void {
    for (const fd of this.#closing) close(fd);
    this.#closing.length = 0;
  }

  /** How long this turn may wait: until the first who will wake up by himself. */
  #timeout(): number {
    let least = -1;
    for (const { wakeups } of this.#wakeups) {
      const timeout = wakeups.timeout();
      if (timeout >= 0 && (least < 0 || timeout < least)) least = timeout;
    }
    return least;
  }

  /** Turns for ever. */
  run(): never {
    for (;;) this.turn();
  }
}
