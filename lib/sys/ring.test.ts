/** The rings: requests that complete, fail, are cancelled; completions that find no room. */

import test, { type ExecutionContext } from 'ava';
import { check, EBADF, ECANCELED, EINVAL, EMFILE, ENOENT, ENOSYS, EPERM, ETIME, SystemError } from './errors.ts';
import { Descriptors, flags } from './fixtures/resources.ts';
import { type Completion, memory, newRing, taken, turn, withRings } from './fixtures/rings.ts';
import { close, eventfd, O_CLOEXEC } from './io.ts';
import { operation, Ring, refusal } from './ring.ts';
import * as uring from './uring.ts';

const NOP = operation(uring.IORING_OP_NOP);

withRings('the rings', () => {
  test('each request completes once, with its user data, in the order of submission', (t) => {
    const ring = newRing(new Descriptors(t));
    for (let i = 0; i < 10; i++) ring.prepare(NOP, -1, 0, 0, 0, 0x7fff_fff0 + i, 3 - i);
    t.is(ring.queued, 10);
    t.false(ring.next(), 'nothing has been submitted yet');
    t.deepEqual(
      turn(ring, 10),
      Array.from({ length: 10 }, (_, i): Completion => [3 - i, 0x7fff_fff0 + i, 0, false]),
    );
    t.is(ring.queued, 0);
    t.deepEqual(turn(ring), []);
  });

  test('a full queue is submitted to make room, however often it goes round', (t) => {
    const ring = newRing(new Descriptors(t), 4, 64);
    t.is(ring.entries, 4);
    for (let round = 0; round < 100; round++) {
      for (let i = 0; i < 30; i++) ring.prepare(NOP, -1, 0, 0, 0, i, round);
      t.deepEqual(
        turn(ring).map(([kind, subject]) => [kind, subject]),
        Array.from({ length: 30 }, (_, i) => [round, i]),
      );
    }
  });

  test('completions that the queue has no room for are kept, and come in order', (t) => {
    const ring = newRing(new Descriptors(t), 8, 8);
    for (let i = 0; i < 100; i++) ring.prepare(NOP, -1, 0, 0, 0, i, 0);
    ring.enter(0);
    const seen: number[] = [];
    let overflown = 0;
    for (;;) {
      seen.push(...taken(ring).map(([, subject]) => subject));
      if (!ring.overflown) break;
      overflown++;
      ring.flush();
    }
    t.true(overflown > 0);
    t.deepEqual(seen, [...Array(100).keys()]);
  });

  test('a request that fails says so; one whose success nobody wants to hear of says nothing else', (t) => {
    const ring = newRing(new Descriptors(t));
    const quiet = operation(uring.IORING_OP_CLOSE, uring.IOSQE_CQE_SKIP_SUCCESS);
    const [reading] = new Descriptors(t).pipe();
    const other = check(eventfd(0, O_CLOEXEC), 'eventfd');
    ring.prepare(quiet, other, 0, 0, 0, 1, 1);
    ring.prepare(quiet, other, 0, 0, 0, 2, 1);
    ring.prepare(operation(uring.IORING_OP_SEND), reading, memory.address, 1, 0, 3, 1);
    const all = turn(ring);
    t.deepEqual(all[0], [1, 2, -EBADF, false]);
    t.is(all.length, 2);
    t.is(close(other), -EBADF, 'it was closed');
  });

  test('a request that is refused keeps none behind it from being submitted', (t) => {
    const ring = newRing(new Descriptors(t));
    ring.prepare(operation(255), -1, 0, 0, 0, 1, 0);
    ring.prepare(NOP, -1, 0, 0, 0, 2, 0);
    t.deepEqual(turn(ring), [
      [0, 1, -EINVAL, false],
      [0, 2, 0, false],
    ]);
  });

  test('a timeout completes with -ETIME, the shorter one first; a cancelled one at once, with -ECANCELED', (t) => {
    const ring = newRing(new Descriptors(t));
    ring.timeout(600_000, 1, 7);
    ring.timeout(20, 2, 7);
    ring.timeout(0.5, 3, 7);
    t.deepEqual(turn(ring, 1), [[7, 3, -ETIME, false]]);
    t.deepEqual(turn(ring, 1), [[7, 2, -ETIME, false]]);
    ring.cancel(1, 7, 8);
    t.deepEqual(turn(ring, 1), [[7, 1, -ECANCELED, false]]);
    ring.cancel(1, 7, 8);
    t.deepEqual(turn(ring, 1), [[8, 1, -ENOENT, false]], 'there is nothing left to cancel');
  });

  test('a ring closes on exec', (t) => {
    t.not(flags('self', newRing(new Descriptors(t)).fd)! & O_CLOEXEC, 0);
  });

  test('failures are those that the manual names', (t: ExecutionContext) => {
    t.is(uring.io_uring_enter(-1, 0, 0, 0), -EBADF);
    t.is(uring.io_uring_register(1_000_000, uring.IORING_REGISTER_PBUF_RING, memory, 1), -EBADF);
    t.is(t.throws(() => new Ring(0), { instanceOf: SystemError })?.errno, -EINVAL);
  });
});

test('why there is no ring is explained in words, and other errors are passed on', (t) => {
  const words = (errno: number): string => refusal(new SystemError(-errno, 'io_uring_setup'));
  t.regex(words(ENOSYS), /^this kernel has no io_uring$/);
  t.regex(words(EPERM), /forbidden here/);
  t.regex(words(EINVAL), /older than that of Linux 6\.1/);
  t.regex(words(EMFILE), /^io_uring_setup: too many open files$/);
  t.throws(() => refusal(new SystemError(-EPERM, 'mmap')), { message: /mmap/ });
});
