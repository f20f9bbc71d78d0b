/** Level-triggered: every wait tells again what is still ready, so nothing needs to be remembered but the wants. */

import { type Carrier, Want } from '../service/carrier.ts';
import { EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLLIN, EPOLLOUT, epoll_ctl } from '../sys/epoll.ts';
import { check } from '../sys/errors.ts';
import { close } from '../sys/io.ts';

// #region level
/** The connections of one epoll set. */
export class LevelTriggered {
  readonly #epoll: number;
  readonly #carrier: Carrier;
  /** By descriptor: what the kernel was told to watch for; nothing for those that we have not met. */
  readonly #wants: (Want | undefined)[] = [];

  constructor(epoll: number, carrier: Carrier) {
    this.#epoll = epoll;
    this.#carrier = carrier;
  }

  /** Begins to watch a connection. */
  add(fd: number): void {
    this.#watch(fd, this.#meet(fd), EPOLL_CTL_ADD);
  }

  /** The kernel told `events` of a connection. */
  told(fd: number, events: number): void {
    const want = this.#wants[fd] ?? this.#meet(fd); // another thread may have put it into the set
    if (want & Want.Write && events & EPOLLOUT) this.#apply(fd, this.#carrier.writable(fd));
    else if (want & Want.Read) this.#apply(fd, this.#carrier.readable(fd));
    else this.#apply(fd, this.#carrier.hangup(fd)); // EPOLLHUP and EPOLLERR come unasked
  }

  /** Goes on with a connection that woke up by itself. */
  wake(fd: number): void {
    this.#apply(fd, this.#carrier.writable(fd));
  }

  #meet(fd: number): Want {
    // An array that grows from its end stays an array for V8; one that begins at 5,000 becomes a hash table.
    while (this.#wants.length <= fd) this.#wants.push(undefined);
    const want = this.#carrier.opened(fd);
    this.#wants[fd] = want;
    return want;
  }

  #apply(fd: number, answer: Want): void {
    const want = answer & ~Want.Again;
    if (want === Want.Close) {
      this.#wants[fd] = undefined;
      close(fd); // takes it out of the kernel's set as well
    } else if (want !== this.#wants[fd]) this.#watch(fd, want, EPOLL_CTL_MOD);
    // Nearly always a connection wants what it wanted before, and no system call is made.
  }

  #watch(fd: number, want: Want, operation: number): void {
    this.#wants[fd] = want;
    const events = (want & Want.Read ? EPOLLIN : 0) | (want & Want.Write ? EPOLLOUT : 0);
    check(epoll_ctl(this.#epoll, operation, fd, events), 'epoll_ctl');
  }
}
// #endregion level
