/** Has all workers woken: whoever comes first has it, and the others have come for nothing. @diagnosis wakes-all */

import { acceptAll } from '../../../lib/sys/accept.ts';
import { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLLIN, epoll_ctl } from '../../../lib/sys/epoll.ts';
import { check } from '../../../lib/sys/errors.ts';

export class Listening {
  readonly #epoll: number;
  readonly #listener: number;

  constructor(epoll: number, listener: number) {
    this.#epoll = epoll;
    this.#listener = listener;
  }

  watch(): void {
    check(epoll_ctl(this.#epoll, EPOLL_CTL_ADD, this.#listener, EPOLLIN), 'epoll_ctl');
  }

  unwatch(): void {
    check(epoll_ctl(this.#epoll, EPOLL_CTL_DEL, this.#listener, 0), 'epoll_ctl');
  }

  told(opened: (fd: number) => void): boolean {
    const enough = acceptAll(this.#listener, opened);
    this.unwatch();
    this.watch();
    return enough;
  }
}
