/** The same without a handler: the signal is blocked, stays pending, and is read from a descriptor. */

import { SIGNAL } from '../../chapters/16-signals/window.ts';
import { poll } from '../../exercises/16-race/sleep.ts';
import { check } from '../../lib/sys/errors.ts';
import { read } from '../../lib/sys/io.ts';
import { layout } from '../../lib/sys/layout.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { POLLIN, type PollFds } from '../../lib/sys/poll.ts';
import { pthread_sigmask, SFD_CLOEXEC, SFD_NONBLOCK, SIG_BLOCK, SignalSet, signalfd } from '../../lib/sys/signal.ts';

export class Signals {
  readonly #fds: PollFds;
  readonly #pending: number;
  readonly #info = Memory.allocate(layout.signalfd_siginfo.size);

  /** @param fds what the loop waits for; it passes over descriptors that are none of its own */
  constructor(fds: PollFds) {
    this.#fds = fds;
    const mask = new SignalSet(SIGNAL);
    check(pthread_sigmask(SIG_BLOCK, mask), 'pthread_sigmask');
    this.#pending = check(signalfd(mask, SFD_CLOEXEC | SFD_NONBLOCK), 'signalfd');
    fds.set(this.#pending, POLLIN);
  }

  /** Asked in each turn of the loop. @returns whether the signal has come since it was asked last */
  came(): boolean {
    return read(this.#pending, this.#info, 0, this.#info.length) > 0;
  }

  /**
   * Sleeps until a descriptor is ready, the time is over, or the signal comes; or does not, if it has come.
   *
   * @param milliseconds how long at most, a whole number; -1 for as long as it takes
   * @returns as poll(2); -EINTR is no failure
   */
  sleep(milliseconds: number): number {
    return poll(this.#fds, milliseconds);
  }
}
