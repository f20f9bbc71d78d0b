/** A reactor, whose handlers are in your Table. It has a limit: who comes beyond it takes the place of the oldest. */

import type { Handlers } from '../../lib/loop/reactor.ts';
import { announce, dieOnSignals, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { Want } from '../../lib/service/carrier.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import { ACCEPT_PAUSE, acceptAll } from '../../lib/sys/accept.ts';
import * as ep from '../../lib/sys/epoll.ts';
import { check, EINTR } from '../../lib/sys/errors.ts';
import { subject } from '../check/subject.ts';

const NAME = '11-stale';
const options = serverCommand(NAME, 'serve many clients in one thread, with handlers in your Table')
  .option('--most <n>', 'how many clients there may be at once', wholeNumber(1, 10_000), 2)
  .parse()
  .opts<{ host: string; port: number; most: number }>();
const { Table } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Table');

const NOBODY: Handlers = {};
const epoll = check(ep.epoll_create1(ep.EPOLL_CLOEXEC), 'epoll_create1');
const events = new ep.EpollEvents(512);
const table = new Table();
const connections = new Connections();
/** Those who are connected, the oldest first. */
const connected = new Set<number>();
/** By descriptor: what epoll was told to watch for. */
const watched: number[] = [];

/** Says whom to call for a descriptor. @param operation EPOLL_CTL_ADD when epoll does not know it yet */
function watch(fd: number, handlers: Handlers, operation = ep.EPOLL_CTL_MOD): void {
  const wanted = (handlers.readable ? ep.EPOLLIN : 0) | (handlers.writable ? ep.EPOLLOUT : 0);
  if (operation === ep.EPOLL_CTL_ADD || wanted !== watched[fd]) {
    check(ep.epoll_ctl(epoll, operation, fd, wanted), 'epoll_ctl');
  }
  watched[fd] = wanted;
  table.handle(fd, handlers);
}

const readable = (fd: number): void => apply(fd, connections.readable(fd));
const writable = (fd: number): void => apply(fd, connections.writable(fd));
const hangup = (fd: number): void => apply(fd, connections.hangup(fd));

// #region apply
function apply(fd: number, answer: Want): void {
  if (answer & Want.Close) {
    connected.delete(fd);
    table.close(fd);
  } else if (answer & Want.Write) watch(fd, { writable, hangup });
  else watch(fd, answer & Want.Read ? { readable, hangup } : { hangup });
}

function opened(fd: number): void {
  const [oldest] = connected;
  if (oldest !== undefined && connected.size === options.most) hangup(oldest);
  connected.add(fd);
  connections.opened(fd);
  watch(fd, { readable, hangup }, ep.EPOLL_CTL_ADD);
}
// #endregion apply

const accepting: Handlers = {
  readable() {
    if (acceptAll(listener, opened)) return;
    watch(listener, NOBODY); // out of descriptors: do not spin
    connections.wakeups.later(listener, ACCEPT_PAUSE);
  },
};

const listener = await openServer(NAME, options, { nonblocking: true });
dieOnSignals();
announce(NAME, listener);
watch(listener, accepting, ep.EPOLL_CTL_ADD);
for (;;) {
  // #region turn
  const count = ep.epoll_wait(epoll, events, connections.wakeups.timeout());
  if (count !== -EINTR) check(count, 'epoll_wait');
  for (let i = 0; i < count; i++) {
    const fd = events.fd(i);
    const told = events.events(i);
    const { readable, writable, hangup } = table.of(fd) ?? NOBODY;
    if (told & (ep.EPOLLHUP | ep.EPOLLERR)) hangup?.(fd);
    else if (told & ep.EPOLLOUT) writable?.(fd);
    else readable?.(fd);
  }
  // #endregion turn
  for (let fd = connections.wakeups.next(); fd >= 0; fd = connections.wakeups.next()) {
    if (fd === listener) watch(listener, accepting);
    else apply(fd, connections.writable(fd));
  }
  table.turned();
}
