/** Which call is told what, and in which order, after a connection has ended: every ending, and who asks first. */

import { getSystemErrorName } from 'node:util';
import { toolCommand } from '../../lib/program/tool.ts';
import { close } from '../../lib/sys/io.ts';
import { POLLHUP } from '../../lib/sys/poll.ts';
import { getsockopt, openListener, SO_ERROR, SOL_SOCKET } from '../../lib/sys/socket.ts';
import * as e from './endings.ts';

toolCommand('order', 'show which call is told of a reset, and what the next ones are told').parse();

const ENDINGS: readonly (readonly [string, (both: e.Connection) => void])[] = [
  ['resets', e.reset],
  ['closes with unread bytes', e.closedUnread],
  ['sends 5 bytes, then resets', e.answeredAndReset],
  ['closes', e.closed],
  ['closes, and is written to', e.closedAndWrittenTo],
];
const ORDERS = ['read read read write', 'write write read read', 'SO_ERROR read read write'];

// #region calls
const CALLS: Readonly<Record<string, (fd: number) => number>> = {
  read: e.readSome,
  write: (fd) => {
    const count = e.writePing(fd);
    if (count > 0) e.arrived(fd, POLLHUP); // the peer's kernel answers it with a reset
    return count;
  },
  SO_ERROR: (fd) => -getsockopt(fd, SOL_SOCKET, SO_ERROR),
};
// #endregion calls

/** What a call was told: a count, or an error's name. */
function told(result: number): string {
  return result < 0 ? getSystemErrorName(result) : `${Math.abs(result)}`; // SO_ERROR: -0 when there was none
}

const listener = openListener({ host: '127.0.0.1', port: 0 });
console.log('The peer does one thing. Once that is here, this side makes four calls; each is told:\n');
for (const [what, end] of ENDINGS) {
  console.log(`the peer ${what}`);
  for (const order of ORDERS) {
    const both = e.connection(listener);
    end(both);
    const results = order.split(' ').map((call) => `${call} ${told(CALLS[call]!(both.ours))}`);
    console.log(
      `  ${results
        .map((text) => text.padEnd(21))
        .join('')
        .trimEnd()}`,
    );
    close(both.ours);
  }
}
