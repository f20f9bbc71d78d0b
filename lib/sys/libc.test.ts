/** The C library: where its functions are. */

import test from 'ava';
import { addressOf } from './libc.ts';

test('a function has an address of its own, the same each time', (t) => {
  const [one, other] = [addressOf('close'), addressOf('eventfd_write')];
  t.true(one > 0 && other > 0);
  t.not(one, other);
  t.is(addressOf('close'), one);
});

test('a name that no function has is refused', (t) => {
  for (const name of ['no_such_function', '']) {
    t.throws(() => addressOf(name), { message: `the C library has no function ${name}` });
  }
});
