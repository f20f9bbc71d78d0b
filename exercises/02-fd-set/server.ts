/** A server on select, whose sets are kept by your FD_SET, FD_CLR and FD_ISSET. */

import { announce, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { Want } from '../../lib/service/carrier.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import { ACCEPT_PAUSE, acceptAll } from '../../lib/sys/accept.ts';
import { check, EBADF, EINTR } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { nanosleep } from '../../lib/sys/process.ts';
import { FdSet, select } from '../../lib/sys/select.ts';
import { subject } from '../check/subject.ts';

const NAME = '02-fd-set';
const options = serverCommand(NAME, 'serve many clients in one thread, with select and your sets')
  .parse()
  .opts<{ host: string; port: number }>();
const { FD_SET, FD_CLR, FD_ISSET } = await subject<typeof import('./starter.ts')>(
  import.meta.url,
  'FD_SET',
  'FD_CLR',
  'FD_ISSET',
);
const listener = await openServer(NAME, options, { nonblocking: true });
dieOnSignals();
announce(NAME, listener);

const connections = new Connections();
// What the kernel overwrites with who is ready …
const [readable, writable] = [new FdSet(), new FdSet()];
const [canRead, canWrite] = [readable.memory.bytes, writable.memory.bytes];
// … and what is copied there before: what every connection wants.
const [reading, writing] = [Buffer.alloc(canRead.length), Buffer.alloc(canWrite.length)];
let highest = listener;

// #region apply
function apply(fd: number, want: Want): void {
  if (want & Want.Read) FD_SET(fd, reading);
  else FD_CLR(fd, reading);
  if (want & Want.Write) FD_SET(fd, writing);
  else FD_CLR(fd, writing);
  if (want & Want.Close) close(fd);
}

function opened(fd: number): void {
  if (FD_SET(fd, reading)) {
    highest = Math.max(highest, fd);
    apply(fd, connections.opened(fd));
  } else {
    console.error(`${NAME}: connection refused: a set has no bit for descriptor ${fd}`);
    close(fd);
  }
}
// #endregion apply

let complained = false;

/** Asks select, which overwrites two of the sets. @returns whether anybody may be ready */
function wait(): boolean {
  reading.copy(canRead);
  writing.copy(canWrite);
  // Who returns true for a descriptor without a bit shall see what comes of it, and not the end of the server.
  const count = select(Math.min(highest + 1, readable.capacity), readable, writable, connections.wakeups.timeout());
  if (count === -EBADF) {
    if (!complained) console.error(`${NAME}: select says EBADF: there is a bit for a descriptor that is not open`);
    complained = true;
    nanosleep(ACCEPT_PAUSE);
  } else if (count !== -EINTR) check(count, 'select');
  return count > 0;
}

FD_SET(listener, reading);
for (;;) {
  // #region loop
  if (wait()) {
    for (let fd = 0; fd <= highest; fd++) {
      if (FD_ISSET(fd, canWrite)) apply(fd, connections.writable(fd));
      if (!FD_ISSET(fd, canRead) || !FD_ISSET(fd, reading)) continue;
      if (fd !== listener) apply(fd, connections.readable(fd));
      else if (!acceptAll(listener, opened)) {
        FD_CLR(listener, reading); // out of descriptors: do not spin
        connections.wakeups.later(listener, ACCEPT_PAUSE);
      }
    }
  }
  // #endregion loop
  for (let fd = connections.wakeups.next(); fd >= 0; fd = connections.wakeups.next()) {
    if (fd === listener) FD_SET(listener, reading);
    else apply(fd, connections.writable(fd));
  }
}
