/** Takes -EINTR for a disturbance, and sleeps again, as many a wrapper of poll does. @diagnosis sleeps-again */

import { onSignalWrite } from '../../../chapters/16-signals/window.ts';
import { poll } from '../../../exercises/16-race/sleep.ts';
import { check, EINTR } from '../../../lib/sys/errors.ts';
import { eventfd, O_CLOEXEC, O_NONBLOCK, read } from '../../../lib/sys/io.ts';
import { Memory } from '../../../lib/sys/memory.ts';
import type { PollFds } from '../../../lib/sys/poll.ts';

export class Signals {
  readonly #fds: PollFds;
  /** The flag, to which the handler writes: a counter, which is 0 again when it has been read. */
  readonly #flag = check(eventfd(0, O_CLOEXEC | O_NONBLOCK), 'eventfd');
  readonly #count = Memory.allocate(8);

  constructor(fds: PollFds) {
    this.#fds = fds;
    onSignalWrite(this.#flag);
  }

  came(): boolean {
    return read(this.#flag, this.#count, 0, 8) > 0;
  }

  sleep(milliseconds: number): number {
    for (;;) {
      const count = poll(this.#fds, milliseconds);
      if (count !== -EINTR) return count;
    }
  }
}
