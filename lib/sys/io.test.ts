/** Reading, writing and closing, on pipes. */

import test from 'ava';
import fc from 'fast-check';
import { check, EAGAIN, EBADF, EINVAL, EPIPE } from './errors.ts';
import { Descriptors, flags } from './fixtures/resources.ts';
import { close, dup3, F_GETFL, F_SETFL, fcntl, O_CLOEXEC, O_NONBLOCK, pipe2, read, write } from './io.ts';
import { Memory } from './memory.ts';

test('what is written into a pipe is read from it, byte for byte, however it is cut', (t) => {
  const fds = new Descriptors(t);
  const [reading, writing] = fds.pipe(O_NONBLOCK);
  const source = Memory.allocate(4096);
  const target = Memory.allocate(4096);
  const cut = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 4096, size: 'max' }), cut, cut, (bytes, writes, reads) => {
      source.bytes.set(bytes);
      for (let at = 0; at < bytes.length; ) {
        at += check(write(writing, source, at, Math.min(writes, bytes.length - at)), 'write');
      }
      let end = 0;
      while (end < bytes.length) end += check(read(reading, target, end, Math.min(reads, 4096 - end)), 'read');
      t.is(end, bytes.length);
      t.is(Buffer.compare(target.bytes.subarray(0, end), bytes), 0);
    }),
  );
});

test('read takes no more than asked for, and touches nothing before or after it', (t) => {
  const [reading, writing] = new Descriptors(t).pipe();
  const memory = Memory.allocate(8);
  memory.bytes.write('abcdef');
  t.is(write(writing, memory, 1, 4), 4);
  memory.bytes.fill('.');
  t.is(read(reading, memory, 3, 2), 2);
  t.is(memory.bytes.toString(), '...bc...');
});

test('bytes outside the memory are refused, and the kernel is not asked', (t) => {
  const [reading, writing] = new Descriptors(t).pipe(O_NONBLOCK);
  const memory = Memory.allocate(8);
  t.throws(() => write(writing, memory, 4, 5), { instanceOf: RangeError });
  t.throws(() => read(reading, memory, -1, 4), { instanceOf: RangeError });
  t.is(read(reading, memory, 0, 8), -EAGAIN);
});

test('a pipe without a writer ends with 0, after all that was written', (t) => {
  const fds = new Descriptors(t);
  const [reading, writing] = fds.pipe();
  const memory = Memory.allocate(8);
  t.is(write(writing, memory, 0, 3), 3);
  fds.close(writing);
  t.is(read(reading, memory, 0, 8), 3);
  t.is(read(reading, memory, 0, 8), 0);
});

test('a pipe without a reader gives -EPIPE, and no signal ends this process', (t) => {
  const fds = new Descriptors(t);
  const [reading, writing] = fds.pipe();
  fds.close(reading);
  t.is(write(writing, Memory.allocate(1), 0, 1), -EPIPE);
});

test('a non-blocking pipe gives -EAGAIN when it is empty, a short write before it is full, and -EAGAIN then', (t) => {
  const [reading, writing] = new Descriptors(t).pipe(O_NONBLOCK);
  const memory = Memory.allocate(4 << 20);
  t.is(read(reading, memory, 0, 1), -EAGAIN);
  const written = write(writing, memory, 0, memory.length);
  t.true(written > 0 && written < memory.length, `${written}`);
  t.is(write(writing, memory, 0, memory.length), -EAGAIN);
  t.is(read(reading, memory, 0, memory.length), written);
});

test('fcntl makes a descriptor non-blocking and blocking again', (t) => {
  const [reading] = new Descriptors(t).pipe();
  const before = fcntl(reading, F_GETFL, 0);
  t.is(before & O_NONBLOCK, 0);
  t.is(fcntl(reading, F_SETFL, before | O_NONBLOCK), 0);
  t.is(fcntl(reading, F_GETFL, 0), before | O_NONBLOCK);
  t.is(read(reading, Memory.allocate(1), 0, 1), -EAGAIN);
  t.is(fcntl(reading, F_SETFL, before), 0);
  t.is(fcntl(reading, F_GETFL, 0), before);
});

test('pipe2 gives both ends the flags that were asked for, and no others', (t) => {
  const fds = new Descriptors(t);
  const pair = Memory.allocate(8);
  for (const asked of [0, O_NONBLOCK, O_CLOEXEC, O_NONBLOCK | O_CLOEXEC]) {
    t.is(pipe2(pair, asked), 0);
    for (const at of [0, 4]) {
      const fd = fds.keep(pair.bytes.readInt32LE(at));
      t.is(flags('self', fd)! & (O_NONBLOCK | O_CLOEXEC), asked);
    }
  }
});

test('dup3 gives an open pipe a second number, which is closed first if it stood for something else', (t) => {
  const fds = new Descriptors(t);
  const [reading, writing] = fds.pipe();
  const [otherReading, otherWriting] = fds.pipe();
  const memory = Memory.allocate(8);
  t.is(dup3(writing, otherWriting, O_CLOEXEC), otherWriting);
  t.is(read(otherReading, memory, 0, 8), 0, 'nobody writes there any more');
  t.is(flags('self', otherWriting)! & O_CLOEXEC, O_CLOEXEC);
  fds.close(writing);
  t.is(write(otherWriting, memory, 0, 3), 3);
  t.is(read(reading, memory, 0, 8), 3);
  t.is(dup3(reading, reading, 0), -EINVAL);
  t.is(dup3(-1, reading, 0), -EBADF);
});

test('failures are negative errnos', (t) => {
  const fds = new Descriptors(t);
  const [reading, writing] = fds.pipe();
  const memory = Memory.allocate(8);
  t.is(read(-1, memory, 0, 8), -EBADF);
  t.is(write(-1, memory, 0, 8), -EBADF);
  t.is(write(reading, memory, 0, 8), -EBADF); // it is open, for reading
  t.is(read(writing, memory, 0, 8), -EBADF);
  t.is(close(-1), -EBADF);
  t.is(fcntl(-1, F_GETFL, 0), -EBADF);
  t.is(fcntl(reading, 9999, 0), -EINVAL);
  t.is(pipe2(memory, 1), -EINVAL);
  t.throws(() => pipe2(Memory.allocate(7), 0), { instanceOf: RangeError });
});

test('each failure has its own errno, whatever runs between many calls', (t) => {
  const [reading] = new Descriptors(t).pipe(O_NONBLOCK);
  const memory = Memory.allocate(8);
  let wrong = 0;
  for (let i = 0, garbage: object[] = []; i < 200_000; i++) {
    const [expected, got] = i % 2 === 0 ? [-EAGAIN, read(reading, memory, 0, 8)] : [-EBADF, read(-1, memory, 0, 8)];
    if (got !== expected) wrong++;
    garbage.push({ i });
    if (garbage.length === 10_000) garbage = [];
  }
  t.is(wrong, 0);
});
