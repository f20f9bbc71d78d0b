/** Columns of a table: how they stand, and where they go when a line has no room for them. */
import test from 'ava';
import { align } from './table.ts';

const rows = [
  ['', 'p50', 'said'],
  ['09-epoll', '51.8 µs', 'served'],
  ['01', '1 s', ''],
];

test('numbers end under one another, words begin there', (t) => {
  t.is(align(rows, [0, 2]), '              p50  said\n09-epoll  51.8 µs  served\n01            1 s');
});

test('columns without room stand below, behind the first once more', (t) => {
  const narrow = '              p50\n09-epoll  51.8 µs\n01            1 s\n\n          said\n09-epoll  served\n01';
  t.is(align(rows, [0, 2], 24), narrow);
  t.is(align(rows, [0, 2], 25), align(rows, [0, 2]));
  t.is(align(rows, [0, 2], 1), narrow);
});
