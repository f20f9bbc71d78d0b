/** The race: a signal that comes between the test of its flag and the sleep is noticed when the sleep is over. */

import { select } from '../../lib/sys/select.ts';
import { choices, Flag, say, told, window } from './window.ts';

const chosen = choices('race', 'lose a signal between the test of its flag and select');
console.log('A handler sets a flag. This loop tests it, and sleeps in select until a signal wakes it.\n');

// #region race
const flag = new Flag();
while (flag.count === 0) {
  say('test', 'the flag is 0');
  window(chosen);
  say('window', `the flag is ${flag.count}`);
  say('select', told(select(0, null, null, chosen.patience)));
}
say('test', `the flag is ${flag.count}`);
// #endregion race
