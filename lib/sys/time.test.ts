/** Milliseconds as struct timeval and struct timespec. */

import test from 'ava';
import fc from 'fast-check';
import { layout } from './layout.ts';
import { Memory } from './memory.ts';
import { writeTimespec, writeTimeval } from './time.ts';

const { timeval, timespec } = layout;
const milliseconds = fc.oneof(
  fc.double({ min: 0, max: 1e9, noNaN: true }),
  fc.integer({ min: 0, max: 1e9 }),
  fc.constantFrom(0, 0.1 + 0.2, 1.0005, 999.99999999, 999.9999999999, 1000, 1000.0000001),
);

/** The two numbers that a struct holds. */
function read(memory: Memory, seconds: number, parts: number): [number, number] {
  return [Number(memory.bytes.readBigInt64LE(seconds)), Number(memory.bytes.readBigInt64LE(parts))];
}

test('a timeval holds less than a second of microseconds, and never less time than was asked for', (t) => {
  const memory = Memory.allocate(timeval.size);
  fc.assert(
    fc.property(milliseconds, (ms) => {
      writeTimeval(memory, ms);
      const [seconds, microseconds] = read(memory, timeval.tv_sec!, timeval.tv_usec!);
      t.true(seconds >= 0 && microseconds >= 0 && microseconds < 1e6);
      t.is(seconds * 1e6 + microseconds, Math.ceil(ms * 1e3));
    }),
  );
});

test('a timespec holds less than a second of nanoseconds, and never less time than was asked for', (t) => {
  const memory = Memory.allocate(timespec.size);
  fc.assert(
    fc.property(milliseconds, (ms) => {
      writeTimespec(memory, ms);
      const [seconds, nanoseconds] = read(memory, timespec.tv_sec!, timespec.tv_nsec!);
      t.true(seconds >= 0 && nanoseconds >= 0 && nanoseconds < 1e9);
      t.is(seconds * 1e9 + nanoseconds, Math.ceil(ms * 1e6));
    }),
  );
});

test('the shortest of waits is not made into none', (t) => {
  const memory = Memory.allocate(timeval.size);
  writeTimeval(memory, Number.MIN_VALUE);
  t.deepEqual(read(memory, timeval.tv_sec!, timeval.tv_usec!), [0, 1]);
});

test('what is no number of milliseconds is refused', (t) => {
  const memory = Memory.allocate(timeval.size);
  for (const ms of [Number.NaN, Number.POSITIVE_INFINITY]) {
    t.throws(() => writeTimeval(memory, ms), { instanceOf: RangeError });
    t.throws(() => writeTimespec(memory, ms), { instanceOf: RangeError });
  }
});
