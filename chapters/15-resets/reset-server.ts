/** A server that answers each connection with a reset. */

import { Option } from 'commander';
import { announce, dieOnSignals, openServer, serverCommand } from '../../lib/program/program.ts';
import { acceptBlocking } from '../../lib/sys/accept.ts';
import { check } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { POLLIN, PollFds, poll } from '../../lib/sys/poll.ts';
import { setResetOnClose } from '../../lib/sys/socket.ts';

const NAME = '15-resets';
const options = serverCommand(NAME, 'answer each connection with a reset, until Ctrl-C')
  .addOption(
    new Option('--ending <how>', 'reset: at once; unread: close when something has come, and do not read it; close')
      .choices(['reset', 'unread', 'close'] as const)
      .default('reset'),
  )
  .parse()
  .opts<{ host: string; port: number; ending: 'reset' | 'unread' | 'close' }>();
const listener = await openServer(NAME, options);
dieOnSignals();
announce(NAME, listener);

// #region loop
for (;;) {
  const client = check(acceptBlocking(listener), 'accept4');
  if (options.ending === 'reset') check(setResetOnClose(client), 'setsockopt');
  if (options.ending === 'unread') waitForBytes(client);
  close(client);
}
// #endregion loop

/** Sleeps until there is something to read, or the client is gone; and does not read it. */
function waitForBytes(fd: number): void {
  const fds = new PollFds();
  fds.set(fd, POLLIN);
  check(poll(fds, -1), 'poll');
}
