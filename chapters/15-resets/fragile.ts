/** The iterative server with SIGPIPE at its default: one client can end it. */

import { announce, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { serve } from '../../lib/service/blocking.ts';
import { acceptBlocking } from '../../lib/sys/accept.ts';
import { check } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { SIG_DFL, SIGPIPE, signal } from '../../lib/sys/process.ts';

const NAME = '15-resets-fragile';
const options = serverCommand(NAME, 'serve one client at a time, until a client leaves at the wrong moment')
  .parse()
  .opts<{ host: string; port: number }>();
const listener = await openServer(NAME, options);
dieOnSignals();

// #region loop
signal(SIGPIPE, SIG_DFL); // Node has it ignored
announce(NAME, listener);
for (;;) {
  const client = check(acceptBlocking(listener), 'accept4');
  serve(client);
  close(client);
}
// #endregion loop
