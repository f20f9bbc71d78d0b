/** Memory with a fixed address, and memory that processes share. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import fc from 'fast-check';
import koffi from 'koffi';
import { EBADF, SystemError } from './errors.ts';
import { Descriptors, flags, openDescriptors, program, run } from './fixtures/resources.ts';
import { close, O_CLOEXEC } from './io.ts';
import { Memory, mapShared, memfd, sharedCounters } from './memory.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('new memory is zero and as long as was asked for', (t) => {
  const memory = Memory.allocate(100);
  t.is(memory.length, 100);
  t.deepEqual(memory.bytes, Buffer.alloc(100));
  t.true(Number.isSafeInteger(memory.address) && memory.address > 0);
});

test('a part of memory has an address when it lies within, and is refused when any byte does not', (t) => {
  const memory = Memory.allocate(64);
  const number = fc.oneof(fc.integer({ min: -2, max: 66 }), fc.constantFrom(Number.NaN, 2 ** 31, 2 ** 32, 2 ** 53));
  fc.assert(
    fc.property(number, number, (start, length) => {
      const within = start >= 0 && length >= 0 && start + length <= 64;
      if (within) t.is(memory.at(start, length), memory.address + start);
      else t.throws(() => memory.at(start, length), { instanceOf: RangeError });
    }),
    {
      examples: [
        [0, 64],
        [64, 0],
        [0, 65],
        [64, 1],
        [-1, 1],
      ],
    },
  );
});

test('memory keeps its address and its bytes through garbage collections', (t) => {
  const memories = Array.from({ length: 200 }, (_, i) => {
    const memory = Memory.allocate(8 + (i % 100) * 50);
    memory.bytes.fill(i + 1);
    return memory;
  });
  for (let round = 0; round < 5; round++) {
    Array.from({ length: 1000 }, () => Memory.allocate(500)); // to be collected
    collectGarbage();
  }
  memories.forEach((memory, i) => {
    t.is(Number(koffi.address(memory.bytes)), memory.address);
    t.true(memory.bytes.every((byte) => byte === i + 1));
  });
});

test('what is written to one mapping of a memfd is read in the other', (t) => {
  const fd = new Descriptors(t).keep(memfd(4096));
  const one = mapShared(fd, 4096);
  const other = mapShared(fd, 4096);
  t.not(one.address, other.address);
  t.is(one.length, 4096);
  one.bytes.write('shared', 100);
  t.is(other.bytes.toString('latin1', 100, 106), 'shared');
  t.is(other.bytes[0], 0);
});

test('a mapping outlives its descriptor, and stays when its objects are collected', (t) => {
  const fd = memfd(8);
  const { address } = mapShared(fd, 8);
  mapShared(fd, 8).bytes[0] = 42;
  close(fd);
  collectGarbage();
  t.is(koffi.decode.uint8(BigInt(address)), 42);
});

test('a memfd closes on exec, so that only those children have it that it is handed to', (t) => {
  const fd = new Descriptors(t).keep(memfd(8));
  t.not(flags('self', fd)! & O_CLOEXEC, 0);
});

test('a memfd whose length is refused leaves no descriptor open', (t) => {
  const before = openDescriptors();
  const error = t.throws(() => memfd(-1), { instanceOf: SystemError });
  t.is(error.syscall, 'ftruncate');
  t.deepEqual(openDescriptors(), before);
});

test('what is no descriptor cannot be mapped', (t) => {
  const error = t.throws(() => mapShared(-1, 8), { instanceOf: SystemError });
  t.deepEqual([error.syscall, error.errno], ['mmap', -EBADF]);
});

test('processes that count at the same time in shared memory lose no count', async (t) => {
  const [processes, times] = [4, 200_000];
  const fd = new Descriptors(t).keep(memfd(16));
  const counters = sharedCounters(fd, 2);
  const words = program(new URL('./fixtures/count.ts', import.meta.url), '3', `${processes}`, `${times}`);
  const ends = await Promise.all(
    Array.from({ length: processes }, () => run(t, words, { stdio: ['ignore', 'ignore', 'pipe', fd] })),
  );
  for (const { status, stderr } of ends) t.is(status, 0, stderr);
  t.deepEqual([...counters], [BigInt(processes), BigInt(processes * times)]);
});
