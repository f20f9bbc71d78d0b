/** Level-triggered: every wait tells again what is still ready, so nothing needs to be remembered but the wants. */

import { type Carrier, Want } from '../../lib/service/carrier.ts';
import { EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLLIN, EPOLLOUT, epoll_ctl } from '../../lib/sys/epoll.ts';
import { check } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import type { Trigger } from './server.ts';

// #region level
export class LevelTriggered implements Trigger {
  readonly #epoll: number;
  readonly #carrier: Carrier;
  /** By descriptor: what the kernel was told to watch for. */
  readonly #wants: Want[] = [];

  constructor(epoll: number, carrier: Carrier) {
    this.#epoll = epoll;
    this.#carrier = carrier;
  }

  add(fd: number): void {
    this.#watch(fd, this.#carrier.opened(fd), EPOLL_CTL_ADD);
  }

  told(fd: number, events: number): void {
    const want = this.#wants[fd]!;
    if (want & Want.Write && events & EPOLLOUT) this.#apply(fd, this.#carrier.writable(fd));
    else if (want & Want.Read) this.#apply(fd, this.#carrier.readable(fd));
    else this.#apply(fd, this.#carrier.hangup(fd)); // EPOLLHUP and EPOLLERR come unasked
  }

  wake(fd: number): void {
    this.#apply(fd, this.#carrier.writable(fd));
  }

  turn(): boolean {
    return false; // whatever is left, the next wait tells
  }

  #apply(fd: number, answer: Want): void {
    const want = answer & ~Want.Again;
    if (want === Want.Close)
      close(fd); // takes it out of the kernel's set as well
    else if (want !== this.#wants[fd]) this.#watch(fd, want, EPOLL_CTL_MOD);
    // Nearly always a connection wants what it wanted before, and no system call is made.
  }

  #watch(fd: number, want: Want, operation: number): void {
    this.#wants[fd] = want;
    const events = (want & Want.Read ? EPOLLIN : 0) | (want & Want.Write ? EPOLLOUT : 0);
    check(epoll_ctl(this.#epoll, operation, fd, events), 'epoll_ctl');
  }
}
// #endregion level
