/** ppoll: the signal is blocked, but for the time of the sleep; the kernel takes the mask and sleeps in one step. */

import { check } from '../../lib/sys/errors.ts';
import { PollFds, ppoll } from '../../lib/sys/poll.ts';
import { pthread_sigmask, SIG_BLOCK, SignalSet } from '../../lib/sys/signal.ts';
import { choices, Flag, SIGNAL, say, told, window } from './window.ts';

const chosen = choices('ppoll', 'let a signal come while ppoll sleeps, and at no other time');
console.log('A handler sets a flag. The signal is blocked, and let in only while ppoll sleeps.\n');

// #region ppoll
const flag = new Flag();
check(pthread_sigmask(SIG_BLOCK, new SignalSet(SIGNAL)), 'pthread_sigmask');
while (flag.count === 0) {
  say('test', 'the flag is 0');
  window(chosen);
  say('window', `the flag is ${flag.count}`);
  say('ppoll', told(ppoll(new PollFds(), chosen.patience, new SignalSet())));
}
say('test', `the flag is ${flag.count}`);
// #endregion ppoll
