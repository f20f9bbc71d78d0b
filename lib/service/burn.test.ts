/** That burn() computes what the protocol says, against whole numbers of any size. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { always } from '../testing/property.ts';
import { burn } from './burn.ts';

/** x ← (1664525·x + 1013904223) mod 2³², as it is written. */
function reference(rounds: number): number {
  let x = 0n;
  for (let i = 0; i < rounds; i++) x = (1664525n * x + 1013904223n) % 2n ** 32n;
  return Number(x);
}

test('no round leaves 0, and one leaves the increment', (t) => {
  t.is(burn(0), 0);
  t.is(burn(1), 1013904223);
});

test('the first rounds give the generator of Numerical Recipes', (t) => {
  // W. H. Press et al., Numerical Recipes in C, 2nd edition, §7.1: the values to check an implementation with.
  const values = [0x3c6ef35f, 0x47502932, 0xd1ccf6e9, 0xaaf95334, 0x6252e503];
  t.deepEqual(
    values.map((_, i) => burn(i + 1)),
    values,
  );
});

test('any number of rounds gives what whole numbers of any size give', (t) => {
  always(
    t,
    50,
    fc.property(fc.integer({ min: 0, max: 20_000 }), (rounds) => {
      assert.equal(burn(rounds), reference(rounds));
    }),
  );
});

test('n rounds are as good as a jump of n', (t) => {
  // The n-th power of x ↦ a·x + c by squaring: a million rounds without a million steps.
  let [a, c, n, x] = [1664525n, 1013904223n, 1_000_000n, 0n];
  for (; n > 0n; n >>= 1n) {
    if (n & 1n) x = (a * x + c) % 2n ** 32n;
    [a, c] = [(a * a) % 2n ** 32n, (c * (a + 1n)) % 2n ** 32n];
  }
  t.is(burn(1_000_000), Number(x));
});
