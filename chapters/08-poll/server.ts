/** poll: one thread asks the kernel about a list of descriptors, as long as there are connections and no longer. */

import { announce, dieOnSignals, isProgram, openServer, serverCommand } from '../../lib/program/program.ts';
import { type Carrier, Want } from '../../lib/service/carrier.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import { ACCEPT_PAUSE, acceptAll } from '../../lib/sys/accept.ts';
import { check, EINTR } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { POLLIN, POLLOUT, type PollEntries, PollFds, poll } from '../../lib/sys/poll.ts';

const NAME = '08-poll';

/** The list of descriptors: PollFds, or another that does the same. */
export type PollList = PollEntries & Pick<PollFds, 'set' | 'remove'>;

/** Serves connections for ever. @param listener a non-blocking socket that listens */
export function serve(listener: number, carrier: Carrier, fds: PollList): void {
  // #region apply
  const apply = (fd: number, want: Want): void => {
    if (want & Want.Close) {
      fds.remove(fd);
      close(fd);
    } else fds.set(fd, (want & Want.Read ? POLLIN : 0) | (want & Want.Write ? POLLOUT : 0));
  };
  const opened = (fd: number): void => apply(fd, carrier.opened(fd));
  // #endregion apply

  // #region told
  /** The kernel told `revents` of a connection of which `events` were wanted. */
  const told = (fd: number, events: number, revents: number): void => {
    if (revents & events & POLLOUT) apply(fd, carrier.writable(fd));
    else if (events & POLLIN) apply(fd, carrier.readable(fd));
    else apply(fd, carrier.hangup(fd)); // POLLHUP and POLLERR come unasked
  };
  // #endregion told

  // #region loop
  fds.set(listener, POLLIN);
  for (;;) {
    const count = poll(fds, carrier.wakeups.timeout());
    if (count === -EINTR) continue;
    let left = check(count, 'poll');

    // From the end: should an entry be removed, the one that takes its place has had its turn.
    for (let i = fds.length - 1; left > 0; i--) {
      const revents = fds.revents(i);
      if (revents === 0) continue;
      left--;
      const fd = fds.fd(i);
      if (fd !== listener) told(fd, fds.events(i), revents);
      else if (!acceptAll(listener, opened)) {
        fds.set(listener, 0); // out of descriptors: do not spin
        carrier.wakeups.later(listener, ACCEPT_PAUSE);
      }
    }
    for (let fd = carrier.wakeups.next(); fd >= 0; fd = carrier.wakeups.next()) {
      if (fd === listener) fds.set(listener, POLLIN);
      else apply(fd, carrier.writable(fd));
    }
  }
  // #endregion loop
}

if (isProgram(import.meta.url)) {
  const options = serverCommand(NAME, 'serve any number of clients in one thread, with poll')
    .parse()
    .opts<{ host: string; port: number }>();
  const listener = await openServer(NAME, options, { nonblocking: true });
  dieOnSignals();
  announce(NAME, listener);
  serve(listener, new Connections(), new PollFds());
}
