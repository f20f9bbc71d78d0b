/** Sees in what poll has found that the flag is set, and does not read it: it stays set. @diagnosis not-read */

import { onSignalWrite } from '../../../chapters/16-signals/window.ts';
import { poll } from '../../../exercises/16-race/sleep.ts';
import { check } from '../../../lib/sys/errors.ts';
import { eventfd, O_CLOEXEC, O_NONBLOCK } from '../../../lib/sys/io.ts';
import { POLLIN, type PollFds } from '../../../lib/sys/poll.ts';

export class Signals {
  readonly #fds: PollFds;
  /** The flag, to which the handler writes: a counter, which is 0 again when it has been read. */
  readonly #flag = check(eventfd(0, O_CLOEXEC | O_NONBLOCK), 'eventfd');

  constructor(fds: PollFds) {
    this.#fds = fds;
    onSignalWrite(this.#flag);
    fds.set(this.#flag, POLLIN);
  }

  came(): boolean {
    for (let i = 0; i < this.#fds.length; i++) {
      if (this.#fds.fd(i) === this.#flag) return this.#fds.revents(i) !== 0;
    }
    return false;
  }

  sleep(milliseconds: number): number {
    return poll(this.#fds, milliseconds);
  }
}
