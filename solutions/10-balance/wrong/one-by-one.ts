/** Accepts one connection and leaves the others to the others; but who is woken first is the same as before. @diagnosis same-worker */

import { exhausted } from '../../../lib/sys/accept.ts';
import { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLLEXCLUSIVE, EPOLLIN, epoll_ctl } from '../../../lib/sys/epoll.ts';
import { check } from '../../../lib/sys/errors.ts';
import { accept4, SOCK_CLOEXEC, SOCK_NONBLOCK } from '../../../lib/sys/socket.ts';

export class Listening {
  readonly #epoll: number;
  readonly #listener: number;

  constructor(epoll: number, listener: number) {
    this.#epoll = epoll;
    this.#listener = listener;
  }

  watch(): void {
    check(epoll_ctl(this.#epoll, EPOLL_CTL_ADD, this.#listener, EPOLLIN | EPOLLEXCLUSIVE), 'epoll_ctl');
  }

  unwatch(): void {
    check(epoll_ctl(this.#epoll, EPOLL_CTL_DEL, this.#listener, 0), 'epoll_ctl');
  }

  told(opened: (fd: number) => void): boolean {
    const fd = accept4(this.#listener, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) opened(fd);
    return !exhausted(fd);
  }
}
