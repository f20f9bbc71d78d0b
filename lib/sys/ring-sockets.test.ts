/** What the kernel makes of requests about sockets, on which chapter 13 relies: who hears of a reset, what a send keeps, who does the work. */

import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { until } from '../testing/server.ts';
import { check, ECANCELED, SystemError } from './errors.ts';
import { Descriptors } from './fixtures/resources.ts';
import { type Completion, connection, memory, newRing, turn, withRings } from './fixtures/rings.ts';
import { close, F_SETFL, fcntl, O_CLOEXEC, O_NONBLOCK, read, write } from './io.ts';
import { Memory } from './memory.ts';
import { POLLOUT } from './poll.ts';
import { BufferRing } from './registered.ts';
import { operation } from './ring.ts';
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

const RECEIVE = operation(uring.IORING_OP_RECV, uring.IOSQE_BUFFER_SELECT, uring.IORING_RECV_MULTISHOT);
/** What the kernel may write to must not be freed. */
const kept: BufferRing[] = [];

withRings('requests about sockets', () => {
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
});
