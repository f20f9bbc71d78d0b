/** A server on poll that tells how many clients it has when a signal asks, of which your Signals let it hear. */

import { existsSync, rmSync } from 'node:fs';
import { SIGNAL } from '../../chapters/16-signals/window.ts';
import { announce, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { Want } from '../../lib/service/carrier.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import { ACCEPT_PAUSE, acceptAll } from '../../lib/sys/accept.ts';
import { check, EINTR } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { POLLIN, POLLOUT, PollFds } from '../../lib/sys/poll.ts';
import { tgkill } from '../../lib/sys/signal.ts';
import { subject } from '../check/subject.ts';
import { inWindow } from './sleep.ts';

const NAME = '16-race';
const options = serverCommand(
  NAME,
  'serve many clients in one thread, and tell at a signal how many, with your Signals',
)
  .option('--window <file>', 'when FILE exists, it is removed, and the signal comes directly before the sleep', '')
  .parse()
  .opts<{ host: string; port: number; window: string }>();
const { Signals } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Signals');
const listener = await openServer(NAME, options, { nonblocking: true });

const connections = new Connections();
const { wakeups } = connections;
const fds = new PollFds();
const signals = new Signals(fds);
const clients = new Set<number>();

// #region window
inWindow((milliseconds) => {
  if (!existsSync(options.window)) return;
  rmSync(options.window);
  const bound = milliseconds < 0 ? 'without a bound' : `of ${milliseconds} ms`;
  console.log(`window: signal ${SIGNAL} comes now, before a sleep ${bound}`);
  check(tgkill(process.pid, process.pid, SIGNAL), 'tgkill'); // to this thread: when tgkill returns, it has come
});
// #endregion window

function apply(fd: number, want: Want): void {
  if (want & Want.Close) {
    fds.remove(fd);
    clients.delete(fd);
    close(fd);
  } else fds.set(fd, (want & Want.Read ? POLLIN : 0) | (want & Want.Write ? POLLOUT : 0));
}

function opened(fd: number): void {
  clients.add(fd);
  apply(fd, connections.opened(fd));
}

/** poll has told `revents` of a descriptor of which `events` were wanted. */
function told(fd: number, events: number, revents: number): void {
  if (fd === listener) {
    if (acceptAll(listener, opened)) return;
    fds.set(listener, 0); // out of descriptors: do not spin
    wakeups.later(listener, ACCEPT_PAUSE);
  } else if (!clients.has(fd))
    return; // your own, of which you know in came()
  else if (revents & events & POLLOUT) apply(fd, connections.writable(fd));
  else if (events & POLLIN) apply(fd, connections.readable(fd));
  else apply(fd, connections.hangup(fd));
}

fds.set(listener, POLLIN);
dieOnSignals();
announce(NAME, listener);
console.log(`kill -${SIGNAL} ${process.pid} asks how many clients there are`);
// #region loop
for (;;) {
  if (signals.came()) console.log(`clients: ${clients.size}`);
  const count = signals.sleep(wakeups.timeout());
  if (count === -EINTR) continue;
  check(count, 'poll');
  // From the end: should an entry be removed, the one that takes its place has had its turn.
  for (let i = fds.length - 1; count > 0 && i >= 0; i--) {
    const revents = fds.revents(i);
    if (revents !== 0) told(fds.fd(i), fds.events(i), revents);
  }
  for (let fd = wakeups.next(); fd >= 0; fd = wakeups.next()) {
    if (fd === listener) fds.set(listener, POLLIN);
    else apply(fd, connections.writable(fd));
  }
}
// #endregion loop
