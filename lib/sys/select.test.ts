/** Sets of descriptors, against plain sets, and select on them. */

import test from 'ava';
import fc from 'fast-check';
import { EBADF, EINTR, EINVAL } from './errors.ts';
import { Descriptors, interrupted } from './fixtures/resources.ts';
import { fcntl, O_NONBLOCK, read, write } from './io.ts';
import { Memory } from './memory.ts';
import { FD_SETSIZE, FdSet, select } from './select.ts';

const F_DUPFD_CLOEXEC = 1030; // fcntl(2): the lowest free descriptor that is not below the argument
const memory = Memory.allocate(65_536);

/** All members from `from` to `last`, as a loop over next() finds them. */
function members(set: FdSet, from = 0, last = set.capacity - 1): number[] {
  const found: number[] = [];
  for (let fd = set.next(from, last); fd >= 0; fd = set.next(fd + 1, last)) found.push(fd);
  return found;
}

/** The descriptors that a set can hold, those at the edges of its words more often than chance has it. */
function member(capacity: number): fc.Arbitrary<number> {
  const edge = fc.integer({ min: 0, max: capacity / 32 - 1 }).chain((word) => {
    return fc.constantFrom(32 * word, 32 * word + 31);
  });
  return fc.oneof(fc.integer({ min: 0, max: capacity - 1 }), edge);
}

for (const capacity of [64, FD_SETSIZE, 65_536]) {
  test(`a set of ${capacity} holds what a plain set holds, whatever is put in and taken out`, (t) => {
    const change = fc.record({ fd: member(capacity), put: fc.boolean() });
    const changes = fc.array(change, { maxLength: 60, size: 'max' }); // without a size there would be ten at most
    const bound = fc.oneof(member(capacity), fc.integer({ min: 0, max: 2 * capacity }));
    fc.assert(
      fc.property(changes, bound, bound, (changes, from, last) => {
        const set = new FdSet(capacity);
        const plain = new Set<number>();
        for (const { fd, put } of changes) {
          if (put) {
            set.set(fd);
            plain.add(fd);
          } else {
            set.clear(fd);
            plain.delete(fd);
          }
          t.is(set.has(fd), put);
        }
        const sorted = [...plain].sort((a, b) => a - b);
        t.deepEqual(members(set), sorted);
        t.is(set.next(from, last), sorted.find((fd) => fd >= from && fd <= last) ?? -1);
      }),
    );
  });
}

test('a set lies in memory as fd_set does: bit n of byte n / 8', (t) => {
  const set = new FdSet();
  t.is(set.memory.length, 128);
  for (const fd of [0, 9, 31, 32, 63, 64, 1023]) set.set(fd);
  const expected = Buffer.alloc(128);
  for (const [at, byte] of [
    [0, 0x01],
    [1, 0x02],
    [3, 0x80],
    [4, 0x01],
    [7, 0x80],
    [8, 0x01],
    [127, 0x80],
  ])
    expected[at!] = byte!;
  t.deepEqual(set.memory.bytes, expected);
});

test('a copy holds the same up to the last descriptor that was asked for', (t) => {
  const fd = fc.integer({ min: 0, max: 255 });
  const fds = fc.uniqueArray(fd, { maxLength: 128, size: 'max' });
  fc.assert(
    fc.property(fds, fds, fd, (from, to, last) => {
      const [source, target] = [new FdSet(256), new FdSet(256)];
      for (const fd of from) source.set(fd);
      for (const fd of to) target.set(fd);
      target.copy(source, last);
      t.deepEqual(members(target, 0, last), members(source, 0, last));
      t.deepEqual(
        members(source),
        from.sort((a, b) => a - b),
      );
    }),
  );
});

test('a descriptor that has no bit is refused, where C would write past the end of the set', (t) => {
  const set = new FdSet();
  set.set(1023);
  t.throws(() => set.set(1024), { instanceOf: RangeError, message: 'descriptor 1024 does not fit a set of 1024' });
  t.throws(() => set.set(-1), { instanceOf: RangeError });
  t.notThrows(() => new FdSet(1_048_576).set(1_048_575));
  for (const fd of [-1, 1024, 1_048_575]) {
    t.false(set.has(fd));
    t.notThrows(() => set.clear(fd));
  }
  t.deepEqual(members(set), [1023]);
});

test('a set is made of whole words of the kernel', (t) => {
  for (const capacity of [1, 32, 96, 1000]) t.throws(() => new FdSet(capacity), { instanceOf: RangeError });
});

test('select leaves in the sets only the descriptors that are ready, and counts them', (t) => {
  const fds = new Descriptors(t);
  const pipes = Array.from({ length: 6 }, () => fds.pipe(O_NONBLOCK));
  const nfds = Math.max(...pipes.flat()) + 1;
  fc.assert(
    fc.property(fc.subarray(pipes), fc.subarray(pipes), (filled, full) => {
      const [readable, writable] = [new FdSet(), new FdSet()];
      for (const pipe of pipes) {
        const [reading, writing] = pipe;
        while (read(reading, memory, 0, memory.length) > 0) {}
        if (filled.includes(pipe)) write(writing, memory, 0, 1);
        if (full.includes(pipe)) while (write(writing, memory, 0, memory.length) > 0) {}
        readable.set(reading);
        writable.set(writing);
      }
      const ready = pipes.filter((pipe) => filled.includes(pipe) || full.includes(pipe)).map(([reading]) => reading);
      const taking = pipes.filter((pipe) => !full.includes(pipe)).map(([, writing]) => writing);
      t.is(select(nfds, readable, writable, 0), ready.length + taking.length);
      t.deepEqual(
        members(readable),
        ready.sort((a, b) => a - b),
      );
      t.deepEqual(
        members(writable),
        taking.sort((a, b) => a - b),
      );
    }),
  );
});

test('select returns 0 with empty sets when the time is over, and does not choke on fractions of a millisecond', (t) => {
  const [reading] = new Descriptors(t).pipe();
  for (const milliseconds of [0, 0.1 + 0.2, 1.0005, 2]) {
    const readable = new FdSet();
    readable.set(reading);
    t.is(select(reading + 1, readable, null, milliseconds), 0);
    t.deepEqual(members(readable), []);
  }
});

test('select looks at no descriptor from nfds on', (t) => {
  const [reading, writing] = new Descriptors(t).pipe();
  write(writing, memory, 0, 1);
  const readable = new FdSet();
  readable.set(reading);
  t.is(select(reading, readable, null, 0), 0);
});

test('a big set works with descriptors from 1,024 on, which the C library has no bits for', (t) => {
  const fds = new Descriptors(t);
  const [reading, writing] = fds.pipe();
  const high = fcntl(reading, F_DUPFD_CLOEXEC, 1500);
  if (high === -EINVAL) {
    t.log('NOT CHECKED: no descriptor above 1,500 here (ulimit -n)');
    t.pass();
    return;
  }
  fds.keep(high);
  t.true(high >= 1500);
  const readable = new FdSet(4096);
  const look = (): number => {
    readable.set(high);
    return select(high + 1, readable, null, 0);
  };
  t.is(look(), 0);
  t.false(readable.has(high));
  write(writing, memory, 0, 1);
  t.is(look(), 1);
  t.deepEqual(members(readable), [high]);
  t.throws(() => select(high + 1, new FdSet(), null, 0), { instanceOf: RangeError }); // too small a set
});

test('a closed descriptor in a set gives -EBADF', (t) => {
  const fds = new Descriptors(t);
  const [reading] = fds.pipe();
  const readable = new FdSet();
  readable.set(reading);
  fds.close(reading);
  t.is(select(reading + 1, readable, null, 0), -EBADF);
  t.is(select(-1, null, null, 0), -EINVAL);
});

test('a signal that has a handler ends select with -EINTR', async (t) => {
  t.is(await interrupted(t, 'select'), `${-EINTR}\n`);
});
