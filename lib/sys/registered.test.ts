/** What is registered with a ring: buffers that are lent and run out, a table of files that is full, a bell that rings. */

import test from 'ava';
import { check, EMFILE, ENFILE, ENOBUFS, SystemError } from './errors.ts';
import { Descriptors } from './fixtures/resources.ts';
import { connection, memory, newRing, turn, withRings } from './fixtures/rings.ts';
import { eventfd, O_CLOEXEC, O_NONBLOCK, read, write } from './io.ts';
import { BufferRing, registerEventfd, registerFiles } from './registered.ts';
import { operation } from './ring.ts';
import { connect, getsockname, openListener, SOCK_STREAM, socket } from './socket.ts';
import * as uring from './uring.ts';

const RECEIVE = operation(uring.IORING_OP_RECV, uring.IOSQE_BUFFER_SELECT, uring.IORING_RECV_MULTISHOT);
/** What the kernel may write to must not be freed. */
const kept: BufferRing[] = [];

withRings('what is registered with rings', () => {
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
        t.is(
          ring.flags & (uring.IORING_CQE_F_BUFFER | uring.IORING_CQE_F_MORE),
          uring.IORING_CQE_F_BUFFER | uring.IORING_CQE_F_MORE,
        );
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
});
