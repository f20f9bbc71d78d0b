/** select: one thread asks the kernel which of many descriptors are ready, and hands it the whole list every time. */

import { announce, dieOnSignals, isProgram, openServer, serverCommand } from '../../lib/program/program.ts';
import { type Carrier, Want } from '../../lib/service/carrier.ts';
import { Connections } from '../../lib/service/nonblocking.ts';
import { ACCEPT_PAUSE, acceptAll } from '../../lib/sys/accept.ts';
import { check, EINTR } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { FD_SETSIZE, FdSet, select } from '../../lib/sys/select.ts';

/** How many bits --big-sets gives a set: as many descriptors as Linux lets a process have (fs.nr_open, by default). */
const BIG = 1_048_576;

/** Serves connections for ever. @param listener a non-blocking socket that listens */
export function serve(name: string, listener: number, carrier: Carrier, bigSets: boolean): void {
  // #region sets
  const capacity = bigSets ? BIG : FD_SETSIZE;
  // What every connection wants …
  const reading = new FdSet(capacity);
  const writing = new FdSet(capacity);
  // … and a copy that the kernel overwrites with what is ready.
  const readable = new FdSet(capacity);
  const writable = new FdSet(capacity);
  let highest = listener;
  // #endregion sets

  // #region apply
  const apply = (fd: number, want: Want): void => {
    if (want & Want.Read) reading.set(fd);
    else reading.clear(fd);
    if (want & Want.Write) writing.set(fd);
    else writing.clear(fd);
    if (want & Want.Close) close(fd);
  };
  // #endregion apply

  // #region opened
  const opened = (fd: number): void => {
    if (fd < capacity) {
      highest = Math.max(highest, fd);
      apply(fd, carrier.opened(fd));
    } else {
      close(fd);
      refuse(name, fd, capacity);
    }
  };
  // #endregion opened

  // #region loop
  reading.set(listener);
  for (;;) {
    readable.copy(reading, highest);
    writable.copy(writing, highest);
    const count = select(highest + 1, readable, writable, carrier.wakeups.timeout());
    if (count === -EINTR) continue; // the sets are as they were
    check(count, 'select');

    for (let fd = writable.next(0, highest); fd >= 0; fd = writable.next(fd + 1, highest)) {
      apply(fd, carrier.writable(fd));
    }
    for (let fd = readable.next(0, highest); fd >= 0; fd = readable.next(fd + 1, highest)) {
      if (!reading.has(fd)) continue; // closed or changed its mind just above
      if (fd !== listener) apply(fd, carrier.readable(fd));
      else if (!acceptAll(listener, opened)) {
        reading.clear(listener); // out of descriptors: do not spin
        carrier.wakeups.later(listener, ACCEPT_PAUSE);
      }
    }
    for (let fd = carrier.wakeups.next(); fd >= 0; fd = carrier.wakeups.next()) {
      if (fd === listener) reading.set(listener);
      else apply(fd, carrier.writable(fd));
    }
  }
  // #endregion loop
}

let refused = 0;

/** Says why a connection was closed: the 1st, the 2nd, the 4th, the 8th … time, not to drown everything else. */
function refuse(name: string, fd: number, capacity: number): void {
  refused++;
  if (refused & (refused - 1)) return;
  console.error(
    `${name}: connection refused (${refused} so far): its descriptor is ${fd}, and a set of FD_SETSIZE = ${capacity} ` +
      'bits has none for it; C would write past the end. The kernel takes larger sets: see --big-sets.',
  );
}

/** Runs a carrier behind this loop, with the options of a server. @param name the program's */
export async function main(name: string, summary: string, carrier: Carrier): Promise<void> {
  const options = serverCommand(name, summary)
    .option('--big-sets', `give a set ${BIG} bits instead of the C library's ${FD_SETSIZE}`, false)
    .parse()
    .opts<{ host: string; port: number; bigSets: boolean }>();
  const listener = await openServer(name, options, { nonblocking: true });
  if (listener >= FD_SETSIZE && !options.bigSets) {
    console.error(
      `${name}: the listener's own descriptor is ${listener}, as this process inherited so many, and a set of ` +
        `FD_SETSIZE = ${FD_SETSIZE} bits has none for it: see --big-sets.`,
    );
    process.exit(1);
  }
  dieOnSignals();
  announce(name, listener);
  serve(name, listener, carrier, options.bigSets);
}

if (isProgram(import.meta.url)) {
  await main('02-select', 'serve many clients in one thread, with select', new Connections());
}
