/** How a worker looks at the listener that all workers share. As it stands, the same one gets nearly every connection. */

import { acceptAll } from '../../lib/sys/accept.ts';
import { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLLEXCLUSIVE, EPOLLIN, epoll_ctl } from '../../lib/sys/epoll.ts';
import { check } from '../../lib/sys/errors.ts';

export class Listening {
  readonly #epoll: number;
  readonly #listener: number;

  /**
   * @param epoll this worker's own set
   * @param listener what every worker has in its set: a non-blocking socket that listens
   */
  constructor(epoll: number, listener: number) {
    this.#epoll = epoll;
    this.#listener = listener;
  }

  /** Puts the listener into the set. */
  watch(): void {
    check(epoll_ctl(this.#epoll, EPOLL_CTL_ADD, this.#listener, EPOLLIN | EPOLLEXCLUSIVE), 'epoll_ctl');
  }

  /** Takes it out again. */
  unwatch(): void {
    check(epoll_ctl(this.#epoll, EPOLL_CTL_DEL, this.#listener, 0), 'epoll_ctl');
  }

  /**
   * Called when epoll_wait has told of the listener.
   *
   * @param opened takes each connection's descriptor
   * @returns false when descriptors have run out: then the loop calls unwatch(), and watch() a while later
   */
  told(opened: (fd: number) => void): boolean {
    return acceptAll(this.#listener, opened);
  }
}
