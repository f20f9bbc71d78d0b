/** Blocks the signal but for the sleep, in two steps: it comes between them. @diagnosis two-steps */

import { onSignalWrite, SIGNAL } from '../../../chapters/16-signals/window.ts';
import { poll } from '../../../exercises/16-race/sleep.ts';
import { check } from '../../../lib/sys/errors.ts';
import { eventfd, O_CLOEXEC, O_NONBLOCK, read } from '../../../lib/sys/io.ts';
import { Memory } from '../../../lib/sys/memory.ts';
import type { PollFds } from '../../../lib/sys/poll.ts';
import { pthread_sigmask, SIG_BLOCK, SIG_UNBLOCK, SignalSet } from '../../../lib/sys/signal.ts';

export class Signals {
  readonly #fds: PollFds;
  /** The flag, to which the handler writes: a counter, which is 0 again when it has been read. */
  readonly #flag = check(eventfd(0, O_CLOEXEC | O_NONBLOCK), 'eventfd');
  readonly #count = Memory.allocate(8);
  readonly #mask = new SignalSet(SIGNAL);

  constructor(fds: PollFds) {
    this.#fds = fds;
    onSignalWrite(this.#flag);
    pthread_sigmask(SIG_BLOCK, this.#mask);
  }

  came(): boolean {
    return read(this.#flag, this.#count, 0, 8) > 0;
  }

  sleep(milliseconds: number): number {
    pthread_sigmask(SIG_UNBLOCK, this.#mask);
    const count = poll(this.#fds, milliseconds);
    pthread_sigmask(SIG_BLOCK, this.#mask);
    return count;
  }
}
