/** The rings: requests that complete, go on, fail, are cancelled; completions and buffers that run out. */

import { readdirSync, readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { until } from '../testing/server.ts';
import {
  check,
  EBADF,
  ECANCELED,
  EINVAL,
  EMFILE,
  ENFILE,
  ENOBUFS,
  ENOENT,
  ENOSYS,
  EPERM,
  ETIME,
  SystemError,
} from './errors.ts';
import { Descriptors, flags } from './fixtures/resources.ts';
import { close, eventfd, F_SETFL, fcntl, O_CLOEXEC, O_NONBLOCK, read, write } from './io.ts';
import { Memory } from './memory.ts';
import { POLLOUT } from './poll.ts';
import { BufferRing, operation, Ring, refusal, refused, registerEventfd, registerFiles } from './ring.ts';
import {
  accept4,
  connect,
  getsockname,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_WAITALL,
  openListener,
  SHUT_WR,
  SOCK_STREAM,
  send,
  setResetOnClose,
  shutdown,
  socket,
} from './socket.ts';
import * as uring from './uring.ts';

const why = refused();
if (why === undefined) tests();
else {
  test.skip(`NOT TESTED: the rings, for ${why}`, () => {});
  console.error(`NOT TESTED: the rings, for ${why}`);
}

const memory = Memory.allocate(65_536);
/** What the kernel may write to must not be freed. */
const kept: BufferRing[] = [];
const NOP = operation(uring.IORING_OP_NOP);
const RECEIVE = operation(uring.IORING_OP_RECV, uring.IOSQE_BUFFER_SELECT, uring.IORING_RECV_MULTISHOT);
const { IORING_CQE_F_MORE: MORE } = uring;

type Completion = [kind: number, subject: number, result: number, more: boolean];

function newRing(fds: Descriptors, entries = 16, completions?: number): Ring {
  const ring = new Ring(entries, completions);
  fds.keep(ring.fd);
  return ring;
}

/** The completions that are there. */
function taken(ring: Ring): Completion[] {
  const all: Completion[] = [];
  while (ring.next()) all.push([ring.kind, ring.subject, ring.result, (ring.flags & MORE) !== 0]);
  ring.taken();
  return all;
}

/** Submits, and hears what has happened by then. */
function turn(ring: Ring, wait = 0): Completion[] {
  ring.enter(wait);
  return taken(ring);
}

/** Two ends of a TCP connection. */
function connection(fds: Descriptors): [number, number] {
  const listener = fds.keep(openListener({ host: '127.0.0.1', port: 0 }));
  const client = fds.keep(socket(2, SOCK_STREAM | O_CLOEXEC, 0));
  check(connect(client, getsockname(listener)), 'connect');
  return [client, fds.keep(accept4(listener, O_CLOEXEC))];
}

function tests(): void {
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

  test('receiving goes on: each chunk is in a buffer of its own, then comes the end', (t) => {
    const fds = new Descriptors(t);
    const ring = newRing(fds);
    const buffers = new BufferRing(ring, 5, 3, 16); // of which it makes 4
    const [client, server] = connection(fds);
    ring.prepare(RECEIVE, server, 0, 0, 0, 1, 0, 5);
    const received = (): string[] => {
      const all: string[] = [];
      ring.enter(0);
      while (ring.next()) {
        t.is(ring.flags & (uring.IORING_CQE_F_BUFFER | MORE), uring.IORING_CQE_F_BUFFER | MORE);
        const id = ring.flags >>> uring.IORING_CQE_BUFFER_SHIFT;
        all.push(buffers.memory.bytes.toString('latin1', buffers.start(id), buffers.start(id) + ring.result));
        buffers.give(id);
      }
      ring.taken();
      buffers.given();
      return all;
    };
    for (let i = 0; i < 20; i++) {
      const text = `hello ${i} ${'x'.repeat(i)}`;
      memory.bytes.write(text, 'latin1');
      t.is(write(client, memory, 0, text.length), text.length);
      t.is(received().join(''), text);
    }
    fds.close(client);
    t.deepEqual(turn(ring), [[0, 1, 0, false]]);
  });

  test('without a buffer receiving stops with -ENOBUFS, and no byte is lost when it begins again', (t) => {
    const fds = new Descriptors(t);
    const ring = newRing(fds);
    const buffers = new BufferRing(ring, 0, 2, 4);
    const [client, server] = connection(fds);
    memory.bytes.write('abcdefghijkl', 'latin1');
    t.is(write(client, memory, 0, 12), 12);
    ring.prepare(RECEIVE, server, 0, 0, 0, 1, 0, 0);
    t.deepEqual(turn(ring, 1), [
      [0, 1, 4, true],
      [0, 1, 4, true],
      [0, 1, -ENOBUFS, false],
    ]);
    const text = (id: number): string =>
      buffers.memory.bytes.toString('latin1', buffers.start(id), buffers.start(id) + 4);
    t.is(text(0) + text(1), 'abcdefgh');
    for (const id of [0, 1]) buffers.give(id);
    buffers.given();
    ring.prepare(RECEIVE, server, 0, 0, 0, 1, 0, 0);
    t.deepEqual(turn(ring, 1), [[0, 1, 4, true]]);
    t.is(text(0), 'ijkl');
  });

  test('a reset is told, even when it was there before anybody received', (t) => {
    const fds = new Descriptors(t);
    const ring = newRing(fds);
    kept.push(new BufferRing(ring, 0, 2, 64));
    const [client, server] = connection(fds);
    t.is(write(client, memory, 0, 2), 2);
    setResetOnClose(client);
    fds.close(client);
    ring.prepare(RECEIVE, server, 0, 0, 0, 1, 0, 0);
    const [bytes, reset] = [...turn(ring, 1), ...turn(ring, 0)];
    t.deepEqual(bytes, [0, 1, 2, true]);
    t.is(new SystemError(reset![2], 'recv').code, 'ECONNRESET');
  });

  test('a send that is now or never, and whole, completes only when it was not: with how much it was', (t) => {
    const fds = new Descriptors(t);
    const ring = newRing(fds);
    const [client, server] = connection(fds);
    const send = operation(uring.IORING_OP_SEND, uring.IOSQE_CQE_SKIP_SUCCESS);
    let sent = 0;
    let refusals: Completion[] = [];
    while (refusals.length === 0) {
      memory.bytes.fill(sent & 0xff);
      ring.prepare(send, server, memory.address, memory.length, MSG_DONTWAIT | MSG_WAITALL, 1, 0);
      refusals = turn(ring);
      sent++;
    }
    const part = refusals[0]![2];
    t.true(refusals.length === 1 && part !== 0 && part < memory.length, `${refusals}`);
    // Had the kernel kept the address of what it did not take, it would send this.
    memory.bytes.fill(0xee);
    let came = 0;
    const whole = (sent - 1) * memory.length + Math.max(part, 0);
    const check = Memory.allocate(65_536);
    while (came < whole) {
      const count = read(client, check, 0, Math.min(check.length, memory.length - (came % memory.length)));
      const expected = Math.floor(came / memory.length) & 0xff;
      if (!check.bytes.subarray(0, count).every((byte) => byte === expected)) t.fail(`wrong after ${came} bytes`);
      came += count;
    }
    t.deepEqual(turn(ring), []);
  });

  test('closing a descriptor ends no request on it: the connection lives on', (t) => {
    const fds = new Descriptors(t);
    const ring = newRing(fds);
    kept.push(new BufferRing(ring, 0, 2, 64));
    const [client, server] = connection(fds);
    ring.prepare(RECEIVE, server, 0, 0, 0, 1, 0, 0);
    t.deepEqual(turn(ring), []);
    fds.close(server);
    t.is(write(client, memory, 0, 5), 5);
    t.deepEqual(turn(ring, 1), [[0, 1, 5, true]]);
    ring.cancel(1, 0, 2);
    t.deepEqual(turn(ring, 1), [[0, 1, -ECANCELED, false]]);
    t.is(read(client, memory, 0, 1), 0, 'only now it has ended');
  });

  test('ending a side is done by a thread of the kernel, which may meet whoever has the number by then', (t) => {
    const fds = new Descriptors(t);
    const ring = newRing(fds);
    const listener = fds.keep(openListener({ host: '127.0.0.1', port: 0 }));
    const dial = (): number => {
      const fd = check(socket(2, SOCK_STREAM | O_CLOEXEC, 0), 'socket');
      check(connect(fd, getsockname(listener)), 'connect');
      return fd;
    };
    for (let tries = 1; ; tries++) {
      const clients = [dial(), dial()];
      const first = check(accept4(listener, O_CLOEXEC), 'accept4');
      ring.prepare(operation(uring.IORING_OP_SHUTDOWN), first, 0, SHUT_WR, 0, 1, 0);
      ring.enter(0); // it is submitted, and neither done nor bound to a connection
      close(first);
      const second = check(accept4(listener, O_CLOEXEC), 'accept4');
      t.is(second, first);
      t.is(turn(ring, 1).length, 1);
      const hit = send(second, memory, 0, 1, MSG_NOSIGNAL) < 0;
      for (const fd of [...clients, second]) close(fd);
      if (hit) break;
      if (tries === 10_000) t.fail('the wrong one was never met');
    }
    t.pass();
  });

  test.serial(
    'a send that waits for room is given to a thread of the kernel once the client has ended its side',
    async (t) => {
      const helpers = (): string[] =>
        readdirSync('/proc/self/task').filter((tid) =>
          /^iou-wrk/.test(readFileSync(`/proc/self/task/${tid}/comm`, 'latin1')),
        );
      const fds = new Descriptors(t);
      const ring = newRing(fds);
      const wait = operation(uring.IORING_OP_SEND);
      /** Sends without an end to a client that does not read. @returns how many requests completed in a turn */
      const sendTo = (server: number): (() => number) => {
        const ask = (): void => ring.prepare(wait, server, memory.address, memory.length, 0, 1, 0);
        ask();
        return () => {
          const done = turn(ring).length;
          if (done > 0) ask();
          return done;
        };
      };
      const [, open] = connection(fds);
      const toOpen = sendTo(open);
      // What has been acknowledged makes room again: it is full when nothing has completed for many turns.
      for (let quiet = 0; quiet < 300; quiet++) if (toOpen() > 0) quiet = 0;
      t.deepEqual(helpers(), [], 'it waits without one, as long as the client may still send');
      const [reader, ended] = connection(fds);
      check(shutdown(reader, SHUT_WR), 'shutdown');
      const toEnded = sendTo(ended);
      await until(() => {
        for (let i = 0; i < 200; i++) toEnded();
        return helpers().length === 1;
      }, 'the kernel has started a thread');
    },
  );

  test('a watch tells once that the client has ended its side, and then of room', async (t) => {
    const fds = new Descriptors(t);
    const ring = newRing(fds);
    const [reader, watched] = connection(fds);
    check(shutdown(reader, SHUT_WR), 'shutdown');
    check(fcntl(reader, F_SETFL, O_NONBLOCK), 'fcntl');
    check(fcntl(watched, F_SETFL, O_NONBLOCK), 'fcntl');
    let looks = 0;
    await until(() => {
      while (write(watched, memory, 0, memory.length) > 0) looks = 0;
      return ++looks === 20;
    }, 'it is full');
    ring.prepare(operation(uring.IORING_OP_POLL_ADD), watched, 0, uring.IORING_POLL_ADD_MULTI, POLLOUT, 3, 0);
    const [first, ...rest] = [...turn(ring), ...turn(ring), ...turn(ring)];
    t.true(first![3] && (first![2] & POLLOUT) === 0);
    t.deepEqual(rest, []);
    await until(() => {
      while (read(reader, memory, 0, memory.length) > 0) {}
      return turn(ring).some(([, , events, more]) => more && (events & POLLOUT) !== 0);
    }, 'it tells of room');
  });

  test('a table of files holds whom no descriptor holds, and cannot be larger than the limit of descriptors', (t) => {
    const fds = new Descriptors(t);
    const ring = newRing(fds);
    registerFiles(ring, 2);
    const listener = fds.keep(openListener({ host: '127.0.0.1', port: 0 }));
    const direct = operation(uring.IORING_OP_ACCEPT);
    for (let place = 0; place < 2; place++) {
      check(connect(fds.keep(socket(2, SOCK_STREAM | O_CLOEXEC, 0)), getsockname(listener)), 'connect');
      ring.prepare(direct, listener, 0, 0, 0, 1, 0, 0, uring.IORING_FILE_INDEX_ALLOC);
      t.deepEqual(turn(ring, 1), [[0, 1, place, false]]);
    }
    const third = fds.keep(socket(2, SOCK_STREAM | O_CLOEXEC, 0));
    check(connect(third, getsockname(listener)), 'connect');
    ring.prepare(direct, listener, 0, 0, 0, 1, 0, 0, uring.IORING_FILE_INDEX_ALLOC);
    t.deepEqual(turn(ring, 1), [[0, 1, -ENFILE, false]]);
    t.is(read(third, memory, 0, 1), 0, 'whom the table has no place for is accepted and closed');
    const error = t.throws(() => registerFiles(newRing(fds), 1_000_000), { instanceOf: SystemError });
    t.is(error?.errno, -EMFILE);
  });

  test('an eventfd rings when a ring has something to tell', (t) => {
    const fds = new Descriptors(t);
    const ring = newRing(fds);
    const bell = fds.keep(eventfd(0, O_CLOEXEC | O_NONBLOCK));
    registerEventfd(ring, bell);
    kept.push(new BufferRing(ring, 0, 2, 64));
    const [client, server] = connection(fds);
    ring.prepare(RECEIVE, server, 0, 0, 0, 1, 0, 0);
    t.deepEqual(turn(ring), []);
    t.true(read(bell, memory, 0, 8) < 0);
    t.is(write(client, memory, 0, 5), 5);
    t.is(read(bell, memory, 0, 8), 8);
    t.deepEqual(turn(ring), [[0, 1, 5, true]]);
  });

  test('a ring closes on exec', (t) => {
    t.not(flags('self', newRing(new Descriptors(t)).fd)! & O_CLOEXEC, 0);
  });

  test('failures are those that the manual names', (t: ExecutionContext) => {
    t.is(uring.io_uring_enter(-1, 0, 0, 0), -EBADF);
    t.is(uring.io_uring_register(1_000_000, uring.IORING_REGISTER_PBUF_RING, memory, 1), -EBADF);
    t.is(t.throws(() => new Ring(0), { instanceOf: SystemError })?.errno, -EINVAL);
  });
}

test('why there is no ring is explained in words, and other errors are passed on', (t) => {
  const words = (errno: number): string => refusal(new SystemError(-errno, 'io_uring_setup'));
  t.regex(words(ENOSYS), /^this kernel has no io_uring$/);
  t.regex(words(EPERM), /forbidden here/);
  t.regex(words(EINVAL), /older than that of Linux 6\.1/);
  t.regex(words(EMFILE), /^io_uring_setup: too many open files$/);
  t.throws(() => refusal(new SystemError(-EPERM, 'mmap')), { message: /mmap/ });
});
