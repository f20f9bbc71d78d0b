/** A signal of which a loop shall hear. As it stands, one that comes between test and sleep is slept through. */

import { onSignalWrite } from '../../chapters/16-signals/window.ts';
import { poll } from '../../exercises/16-race/sleep.ts';
import { check } from '../../lib/sys/errors.ts';
import { eventfd, O_CLOEXEC, O_NONBLOCK, read } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import type { PollFds } from '../../lib/sys/poll.ts';

export class Signals {
  readonly #fds: PollFds;
  /** The flag, to which the handler writes: a counter, which is 0 again when it has been read. */
  readonly #flag = check(eventfd(0, O_CLOEXEC | O_NONBLOCK), 'eventfd');
  readonly #count = Memory.allocate(8);

  /** @param fds what the loop waits for; it passes over descriptors that are none of its own */
  constructor(fds: PollFds) {
    this.#fds = fds;
    onSignalWrite(this.#flag);
  }

  /** Asked in each turn of the loop. @returns whether the signal has come since it was asked last */
  came(): boolean {
    return read(this.#flag, this.#count, 0, 8) > 0;
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
