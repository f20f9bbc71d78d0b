/** One worker: the loop of the epoll chapter, on a set of its own, with or without a listener in it. */

import { workerData } from 'node:worker_threads';
import { LevelTriggered } from '../../lib/loop/level.ts';
import { endTogether } from '../../lib/program/thread.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import { ACCEPT_PAUSE, acceptAll } from '../../lib/sys/accept.ts';
import * as ep from '../../lib/sys/epoll.ts';
import { check, EINTR } from '../../lib/sys/errors.ts';

/**
 * How a connection finds its worker: one accepts for all and deals them out; each has its own listener; or all watch
 * one listener, of which the kernel tells one of them (exclusive) or each of them (shared).
 */
export type Handoff = 'accept' | 'reuseport' | 'exclusive' | 'shared';

/** What a worker is told. */
export interface WorkerData {
  /** How it calls itself, should it fail. */
  readonly who: string;
  readonly slot: number;
  readonly epoll: number;
  /** -1 when it has none. */
  readonly listener: number;
  readonly handoff: Handoff;
  /** For each worker: how often it was woken for its listener, how many connections it got. */
  readonly counts: BigUint64Array<SharedArrayBuffer>;
}

const { who, slot, epoll, listener, handoff, counts }: WorkerData = workerData;
const carrier = new Connections();
const connections = new LevelTriggered(epoll, carrier);
const events = new ep.EpollEvents(512);

// #region accept
function watch(): void {
  const exclusive = handoff === 'exclusive' ? ep.EPOLLEXCLUSIVE : 0;
  check(ep.epoll_ctl(epoll, ep.EPOLL_CTL_ADD, listener, ep.EPOLLIN | exclusive), 'epoll_ctl');
}

function accept(): void {
  Atomics.add(counts, 2 * slot, 1n);
  const enough = acceptAll(listener, (fd) => {
    Atomics.add(counts, 2 * slot + 1, 1n);
    connections.add(fd);
  });
  if (enough) return;
  // Out of descriptors: do not spin. What was added with EPOLLEXCLUSIVE cannot be modified, only taken out.
  check(ep.epoll_ctl(epoll, ep.EPOLL_CTL_DEL, listener, 0), 'epoll_ctl');
  carrier.wakeups.later(listener, ACCEPT_PAUSE);
}
// #endregion accept

endTogether(who);

// #region loop
if (listener >= 0) watch();
for (;;) {
  const count = ep.epoll_wait(epoll, events, carrier.wakeups.timeout());
  if (count !== -EINTR) check(count, 'epoll_wait');
  for (let i = 0; i < count; i++) {
    const fd = events.fd(i);
    if (fd === listener) accept();
    else connections.told(fd, events.events(i));
  }
  for (let fd = carrier.wakeups.next(); fd >= 0; fd = carrier.wakeups.next()) {
    if (fd === listener) watch();
    else connections.wake(fd);
  }
}
// #endregion loop
