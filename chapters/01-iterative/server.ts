/** Iterative: one client at a time, from its first byte to its last; everybody else waits in the kernel's queue. */

import { announce, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { serve } from '../../lib/service/blocking.ts';
import { acceptBlocking } from '../../lib/sys/accept.ts';
import { check } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';

const NAME = '01-iterative';
const options = serverCommand(NAME, 'serve one client at a time').parse().opts<{ host: string; port: number }>();

// #region listen
const listener = await openServer(NAME, options);
dieOnSignals();
announce(NAME, listener);
// #endregion listen

// #region loop
for (;;) {
  const client = check(acceptBlocking(listener), 'accept4'); // sleeps until somebody has connected
  serve(client); // sleeps in read and write, until this client is done
  close(client);
}
// #endregion loop
