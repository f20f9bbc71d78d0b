/** Edge-triggered: the kernel tells once that a descriptor became ready; to remember it until it is used up is on us. */

import { type Carrier, Want } from '../../lib/service/carrier.ts';
import { EPOLL_CTL_ADD, EPOLLERR, EPOLLET, EPOLLHUP, EPOLLIN, EPOLLOUT, epoll_ctl } from '../../lib/sys/epoll.ts';
import { check } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import type { Trigger } from './server.ts';

// #region edge
export class EdgeTriggered implements Trigger {
  readonly #epoll: number;
  readonly #carrier: Carrier;
  readonly #wants: Want[] = [];
  /** By descriptor: what the kernel told and no EAGAIN has taken back. */
  readonly #ready: Want[] = [];
  /** Descriptors that may be both, wanted and ready; each stands here once, or it would have more turns than others. */
  #queue: number[] = [];
  readonly #queued: boolean[] = [];

  constructor(epoll: number, carrier: Carrier) {
    this.#epoll = epoll;
    this.#carrier = carrier;
  }

  add(fd: number): void {
    this.#ready[fd] = Want.Nothing;
    this.#wants[fd] = this.#carrier.opened(fd);
    // Told once, for both directions: whatever the connection wants later, no EPOLL_CTL_MOD is needed.
    check(epoll_ctl(this.#epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLET), 'epoll_ctl');
  }

  told(fd: number, events: number): void {
    if (events & EPOLLIN) this.#ready[fd]! |= Want.Read;
    if (events & EPOLLOUT) this.#ready[fd]! |= Want.Write;
    if (events & (EPOLLERR | EPOLLHUP) && !(this.#wants[fd]! & Want.Read)) this.#apply(fd, this.#carrier.hangup(fd));
    else this.#enqueue(fd);
  }

  wake(fd: number): void {
    this.#write(fd);
  }

  // #region turn
  /** One read or write for each that is ready and wants it; those that are not used up queue again, behind the others. */
  turn(): boolean {
    const queue = this.#queue;
    this.#queue = [];
    for (const fd of queue) {
      this.#queued[fd] = false;
      const now = this.#ready[fd]! & this.#wants[fd]!;
      if (now & Want.Write) this.#write(fd);
      else if (now & Want.Read) this.#read(fd);
    }
    return this.#queue.length > 0;
  }
  // #endregion turn

  #read(fd: number): void {
    const answer = this.#carrier.readable(fd);
    if (!(answer & Want.Again)) this.#ready[fd]! &= ~Want.Read; // EAGAIN: the kernel will tell when there is more
    this.#apply(fd, answer);
  }

  #write(fd: number): void {
    const answer = this.#carrier.writable(fd);
    if ((answer & (Want.Write | Want.Again)) === Want.Write) this.#ready[fd]! &= ~Want.Write;
    else this.#ready[fd]! |= Want.Write;
    this.#apply(fd, answer);
  }

  #apply(fd: number, answer: Want): void {
    this.#wants[fd] = answer & (Want.Read | Want.Write);
    if (answer & Want.Close) close(fd);
    else this.#enqueue(fd);
  }

  #enqueue(fd: number): void {
    if (this.#queued[fd] || !(this.#ready[fd]! & this.#wants[fd]!)) return;
    this.#queued[fd] = true;
    this.#queue.push(fd);
  }
}
// #endregion edge
