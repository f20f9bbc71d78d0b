/** One worker: the loop of chapter 10, on a set of its own; how it looks at the listener is yours. */

import { parentPort, workerData } from 'node:worker_threads';
import { LevelTriggered } from '../../lib/loop/level.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import { ACCEPT_PAUSE } from '../../lib/sys/accept.ts';
import { EPOLL_CLOEXEC, EpollEvents, epoll_create1, epoll_wait } from '../../lib/sys/epoll.ts';
import { check, EINTR } from '../../lib/sys/errors.ts';
import { loadInside } from '../check/inside.ts';

/** What a worker is told: the listener, and where your answer is. */
export interface WorkerData {
  readonly listener: number;
  readonly path: string;
  readonly bundle: string;
}

const { listener, path, bundle }: WorkerData = workerData;
const { Listening } = await loadInside<typeof import('./starter.ts')>(path, bundle);
const epoll = check(epoll_create1(EPOLL_CLOEXEC), 'epoll_create1');
const carrier = new Connections();
const connections = new LevelTriggered(epoll, carrier);
const events = new EpollEvents(512);
const listening = new Listening(epoll, listener);
const opened = (fd: number): void => connections.add(fd);

listening.watch();
parentPort?.postMessage('it watches');

// #region loop
for (;;) {
  const count = epoll_wait(epoll, events, carrier.wakeups.timeout());
  if (count !== -EINTR) check(count, 'epoll_wait');
  for (let i = 0; i < count; i++) {
    const fd = events.fd(i);
    if (fd !== listener) connections.told(fd, events.events(i));
    else if (!listening.told(opened)) {
      listening.unwatch(); // out of descriptors: do not spin
      carrier.wakeups.later(listener, ACCEPT_PAUSE);
    }
  }
  for (let fd = carrier.wakeups.next(); fd >= 0; fd = carrier.wakeups.next()) {
    if (fd === listener) listening.watch();
    else connections.wake(fd);
  }
}
// #endregion loop
