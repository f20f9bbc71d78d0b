/** A child that writes to a peer that is gone, three times: [closed | reset] [ignored | default | nosignal]. */

import { writeSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { endWithParent } from '../../lib/program/child.ts';
import { POLLHUP } from '../../lib/sys/poll.ts';
import { SIG_DFL, SIGPIPE, signal } from '../../lib/sys/process.ts';
import { MSG_NOSIGNAL, openListener } from '../../lib/sys/socket.ts';
import { arrived, closed, connection, reset, sendPing, writePing } from './endings.ts';

/** Prints a line, before anything else happens. */
function say(line: string): void {
  try {
    writeSync(1, `${line}\n`);
  } catch {
    process.exit(); // nobody reads on
  }
}

endWithParent();
const [ending, how] = process.argv.slice(2);
const both = connection(openListener({ host: '127.0.0.1', port: 0 }));
if (ending === 'reset') reset(both);
else closed(both);

// #region writes
if (how !== 'ignored') signal(SIGPIPE, SIG_DFL); // Node has it ignored when it starts
for (let i = 1; i <= 3; i++) {
  const count = how === 'nosignal' ? sendPing(both.ours, MSG_NOSIGNAL) : writePing(both.ours);
  say(`  write ${i}: ${count < 0 ? getSystemErrorName(count) : `${count} bytes`}`);
  arrived(both.ours, POLLHUP); // the peer's reset, which answers the first
}
// #endregion writes
