/** signalfd: no handler at all; the signal stays pending, and select waits for a descriptor that it is read from. */

import { check } from '../../lib/sys/errors.ts';
import { read } from '../../lib/sys/io.ts';
import { layout } from '../../lib/sys/layout.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { FdSet, select } from '../../lib/sys/select.ts';
import * as g from '../../lib/sys/signal.ts';
import { choices, SIGNAL, say, told, window } from './window.ts';

const chosen = choices('signalfd', 'have select wait for a descriptor that a signal is read from');
console.log('The signal is blocked. This program sleeps in select until there is one to read.\n');

// #region signalfd
const mask = new g.SignalSet(SIGNAL);
check(g.pthread_sigmask(g.SIG_BLOCK, mask), 'pthread_sigmask');
const fd = check(g.signalfd(mask, g.SFD_NONBLOCK | g.SFD_CLOEXEC), 'signalfd');
const readable = new FdSet();
readable.set(fd);

window(chosen);
say('select', told(select(fd + 1, readable, null, chosen.patience)));
const { size, ssi_signo, ssi_pid } = layout.signalfd_siginfo;
const info = Memory.allocate(size);
if (read(fd, info, 0, size) === size) {
  say('read', `signal ${info.bytes.readUInt32LE(ssi_signo)}, sent by ${info.bytes.readUInt32LE(ssi_pid)}`);
}
// #endregion signalfd
