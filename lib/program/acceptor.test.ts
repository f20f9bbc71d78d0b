/** Accepting and waiting in Node's own loop: what else there is to do goes on meanwhile. */

import test, { type ExecutionContext } from 'ava';
import { AF_INET } from '../sys/address.ts';
import { check, SystemError } from '../sys/errors.ts';
import { Descriptors, flags, outcome, program, run, start } from '../sys/fixtures/resources.ts';
import { O_CLOEXEC, O_NONBLOCK, read, write } from '../sys/io.ts';
import { Memory } from '../sys/memory.ts';
import * as s from '../sys/socket.ts';
import { Acceptor, Watch } from './acceptor.ts';

const FIXTURE = new URL('./fixtures/acceptor.ts', import.meta.url);
const memory = Memory.allocate(8);

/** Whether a promise is settled once Node's loop has been round a few times. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {},
  );
  for (let round = 0; round < 5; round++) await new Promise(setImmediate);
  return settled;
}

function newAcceptor(t: ExecutionContext): { fds: Descriptors; listener: number; acceptor: Acceptor } {
  const fds = new Descriptors(t);
  const listener = fds.keep(s.openListener({ host: '127.0.0.1', port: 0 }, { nonblocking: true }));
  const acceptor = new Acceptor(listener);
  t.teardown(() => acceptor.close());
  return { fds, listener, acceptor };
}

function connectTo(fds: Descriptors, listener: number): number {
  const client = fds.keep(s.socket(AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC, 0));
  check(s.connect(client, s.getsockname(listener)), 'connect');
  return client;
}

test('it accepts one connection for each call, and waits for the next without blocking', async (t) => {
  const { fds, listener, acceptor } = newAcceptor(t);
  for (let i = 0; i < 3; i++) {
    const accepted = acceptor.accept();
    t.false(await settles(accepted), 'nobody is there, and Node goes on');
    const client = connectTo(fds, listener);
    const fd = fds.keep(await accepted);
    check(write(client, memory, 0, 3), 'write');
    t.is(read(fd, memory, 0, 8), 3);
  }
});

test('those who wait in the backlog stay there until they are asked for', async (t) => {
  const { fds, listener, acceptor } = newAcceptor(t);
  for (let i = 0; i < 3; i++) connectTo(fds, listener);
  fds.keep(await acceptor.accept());
  fds.keep(await acceptor.accept());
  await new Promise(setImmediate);
  t.true(fds.keep(s.accept4(listener, s.SOCK_CLOEXEC)) >= 0, 'the third is still there');
});

test('a connection closes on exec, and blocks unless it is asked not to', async (t) => {
  const { fds, listener, acceptor } = newAcceptor(t);
  for (let i = 0; i < 2; i++) connectTo(fds, listener);
  const blocking = flags('self', fds.keep(await acceptor.accept()))!;
  const nonblocking = flags('self', fds.keep(await acceptor.accept(s.SOCK_NONBLOCK)))!;
  t.is(blocking & (O_CLOEXEC | O_NONBLOCK), O_CLOEXEC);
  t.is(nonblocking & (O_CLOEXEC | O_NONBLOCK), O_CLOEXEC | O_NONBLOCK);
});

test('a listener that is done for is an error, and not a wait for ever', async (t) => {
  const { listener, acceptor } = newAcceptor(t);
  const accepted = acceptor.accept();
  check(s.shutdown(listener, s.SHUT_RD), 'shutdown');
  const error = await t.throwsAsync<SystemError>(accepted, { instanceOf: SystemError });
  t.deepEqual([error?.code, error?.syscall], ['EINVAL', 'accept4']);
});

test('without a descriptor left it waits for one, and neither spins nor loses the connection', async (t) => {
  const limited = ['/bin/sh', '-c', 'ulimit -n 64; exec "$@"', 'sh', ...program(FIXTURE, 'full')];
  const { stdout, stderr } = await outcome(start(t, limited));
  t.is(stderr, '');
  t.deepEqual(JSON.parse(stdout), { freed: true, accepted: true, spun: false });
});

test('a process that has closed its acceptor ends by itself, and accepts nobody', async (t) => {
  const { status, stdout, stderr } = await run(t, program(FIXTURE, 'close'));
  t.deepEqual([status, stdout, stderr], [0, 'closed\n', '']);
});

test('a watch tells of bytes, each time it is asked while there are any, and of the end', async (t) => {
  const fds = new Descriptors(t);
  const [ours, theirs] = fds.socketpair();
  const watch = new Watch(ours);
  t.teardown(() => watch.close());
  const waiting = watch.readable();
  t.false(await settles(waiting));
  check(write(theirs, memory, 0, 1), 'write');
  await waiting;
  await watch.readable(); // it was not read
  t.is(read(ours, memory, 0, 8), 1);
  const again = watch.readable();
  t.false(await settles(again), 'it was read now');
  fds.close(theirs);
  await again;
  t.is(read(ours, memory, 0, 8), 0);
});

test('a watch that is closed tells of nothing any more', async (t) => {
  const fds = new Descriptors(t);
  const [ours, theirs] = fds.socketpair();
  const watch = new Watch(ours);
  const waiting = watch.readable();
  watch.close();
  check(write(theirs, memory, 0, 1), 'write');
  t.false(await settles(waiting));
  t.false(await settles(watch.readable()));
});
