/** Several pieces in one call: their order, and where they may lie. */

import test from 'ava';
import { EAGAIN, EBADF } from './errors.ts';
import { Descriptors } from './fixtures/resources.ts';
import { O_NONBLOCK, read, write } from './io.ts';
import { Memory } from './memory.ts';
import { Pieces, writev } from './vector.ts';

function memoryOf(text: string): Memory {
  const memory = Memory.allocate(text.length);
  memory.bytes.write(text);
  return memory;
}

test('pieces are written in their order, wherever they lie; an empty one is nothing', (t) => {
  const [reading, writing] = new Descriptors(t).pipe();
  const memory = Memory.allocate(64);
  const pieces = new Pieces(4);
  pieces.set(0, memoryOf('..one,'), 2, 4);
  pieces.set(3, memoryOf('three'), 0, 5);
  pieces.set(1, memoryOf('two,..'), 0, 4);
  t.is(writev(writing, pieces), 13);
  t.is(read(reading, memory, 0, 64), 13);
  t.is(memory.bytes.toString('latin1', 0, 13), 'one,two,three');
});

test('a short write may end within a piece', (t) => {
  const [reading, writing] = new Descriptors(t).pipe(O_NONBLOCK);
  const fill = Memory.allocate(4096);
  while (write(writing, fill, 0, 4096) > 0) {}
  t.is(read(reading, fill, 0, 4096), 4096); // room for a page
  const pieces = new Pieces(2);
  for (const i of [0, 1]) pieces.set(i, Memory.allocate(3000), 0, 3000);
  t.is(writev(writing, pieces), 4096);
  t.is(writev(writing, pieces), -EAGAIN);
});

test('what lies outside its memory is refused, and a bad descriptor is a negative errno', (t) => {
  const pieces = new Pieces(1);
  t.throws(() => pieces.set(0, Memory.allocate(8), 4, 5), { instanceOf: RangeError });
  t.throws(() => pieces.set(1, Memory.allocate(8), 0, 8), { instanceOf: RangeError });
  t.is(writev(-1, pieces), -EBADF);
});
