/** Sockets of all three families, their options, and what stands in the way of a listener. */

import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { AF_INET, AF_UNIX, familyOf, formatAddress, type SocketAddress } from './address.ts';
import { check, EAGAIN, EBADF, ECONNRESET, EINPROGRESS, EINVAL, EPIPE, SystemError } from './errors.ts';
import { Descriptors, flags, openDescriptors, temporaryDirectory } from './fixtures/resources.ts';
import { O_CLOEXEC, O_NONBLOCK, read, write } from './io.ts';
import { Memory } from './memory.ts';
import { SIGPIPE } from './process.ts';
import { FdSet, select } from './select.ts';
import { pthread_sigmask, SFD_NONBLOCK, SIG_BLOCK, SIG_UNBLOCK, SignalSet, signalfd } from './signal.ts';
import * as s from './socket.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const memory = Memory.allocate(64);

/** Sends a text and takes it at the other end. */
function carry(t: ExecutionContext, from: number, to: number, text: string): void {
  const length = memory.bytes.write(text);
  t.is(write(from, memory, 0, length), length);
  memory.bytes.fill(0);
  t.is(read(to, memory, 0, length), length);
  t.is(memory.bytes.toString('utf8', 0, length), text);
}

/** A connection over a listener. @returns the client's end and the server's */
function connectTo(fds: Descriptors, listener: number): [number, number] {
  const address = s.getsockname(listener);
  const client = fds.keep(s.socket(familyOf(address), s.SOCK_STREAM | s.SOCK_CLOEXEC, 0));
  check(s.connect(client, address), 'connect', formatAddress(address));
  return [client, fds.keep(s.accept4(listener, s.SOCK_CLOEXEC))];
}

/** Blocks a signal in this thread, and lets it be ignored again in the end. @returns whether it has come since */
function flagged(t: ExecutionContext, signal: number): () => boolean {
  const fd = new Descriptors(t).keep(signalfd(new SignalSet(signal), SFD_NONBLOCK));
  t.teardown(() => pthread_sigmask(SIG_UNBLOCK, new SignalSet(signal)));
  t.is(pthread_sigmask(SIG_BLOCK, new SignalSet(signal)), 0);
  return () => read(fd, Memory.allocate(128), 0, 128) > 0;
}

const families: Record<string, (t: ExecutionContext) => SocketAddress> = {
  IPv4: () => LOOPBACK,
  IPv6: () => ({ host: '::1', port: 0 }),
  Unix: (t) => ({ path: join(temporaryDirectory(t), 'listener.sock') }),
};

for (const [family, address] of Object.entries(families)) {
  test(`${family} sockets listen, connect, carry bytes both ways and end one way at a time`, (t) => {
    const fds = new Descriptors(t);
    const listener = fds.keep(s.openListener(address(t)));
    const [client, server] = connectTo(fds, listener);
    carry(t, client, server, 'question');
    carry(t, server, client, 'answer');

    t.is(s.shutdown(client, s.SHUT_WR), 0);
    t.is(read(server, memory, 0, 1), 0);
    carry(t, server, client, 'after the half-close');
    fds.close(server);
    t.is(read(client, memory, 0, 1), 0);
    t.is(write(client, memory, 0, 1), -EPIPE);
  });
}

test('port 0 takes a free port, and getsockname tells which', (t) => {
  const fds = new Descriptors(t);
  const addresses = [LOOPBACK, LOOPBACK, { host: '::1', port: 0 }].map((address) =>
    s.getsockname(fds.keep(s.openListener(address))),
  ) as { host: string; port: number }[];
  t.deepEqual(
    addresses.map(({ host }) => host),
    ['127.0.0.1', '127.0.0.1', '::1'],
  );
  t.true(addresses.every(({ port }) => port > 0));
  t.not(addresses[0]!.port, addresses[1]!.port);
});

test('getsockname tells the path of a Unix socket, and an empty one where there is none', (t) => {
  const fds = new Descriptors(t);
  const address = families.Unix!(t);
  t.deepEqual(s.getsockname(fds.keep(s.openListener(address))), address);
  t.deepEqual(s.getsockname(fds.keep(s.socket(AF_UNIX, s.SOCK_STREAM, 0))), { path: '' });
  t.throws(() => s.getsockname(-1), { instanceOf: SystemError, message: /^getsockname: bad file descriptor/ });
});

test('a listener closes on exec, and blocks unless it is asked not to', (t) => {
  const fds = new Descriptors(t);
  const blocking = flags('self', fds.keep(s.openListener(LOOPBACK)))!;
  const nonblocking = flags('self', fds.keep(s.openListener(LOOPBACK, { nonblocking: true })))!;
  t.is(blocking & (O_CLOEXEC | O_NONBLOCK), O_CLOEXEC);
  t.is(nonblocking & (O_CLOEXEC | O_NONBLOCK), O_CLOEXEC | O_NONBLOCK);
});

test('an accepted socket has the flags that were asked for, and TCP_NODELAY from its listener', (t) => {
  const fds = new Descriptors(t);
  const listener = fds.keep(s.openListener({ ...LOOPBACK }, { nonblocking: true }));
  t.is(s.accept4(listener, 0), -EAGAIN);
  const [, blocking] = connectTo(fds, listener);
  t.is(flags('self', blocking)! & (O_CLOEXEC | O_NONBLOCK), O_CLOEXEC);
  const client = fds.keep(s.socket(AF_INET, s.SOCK_STREAM, 0));
  t.is(s.connect(client, s.getsockname(listener)), 0);
  const nonblocking = fds.keep(s.accept4(listener, s.SOCK_CLOEXEC | s.SOCK_NONBLOCK));
  t.is(flags('self', nonblocking)! & (O_CLOEXEC | O_NONBLOCK), O_CLOEXEC | O_NONBLOCK);
  t.is(s.getsockopt(nonblocking, s.IPPROTO_TCP, s.TCP_NODELAY), 1);
  t.is(s.getsockopt(client, s.IPPROTO_TCP, s.TCP_NODELAY), 0);
});

test('an address in use is refused with the address in the message, and no descriptor stays open', (t) => {
  const fds = new Descriptors(t);
  const unix = families.Unix!(t);
  for (const wanted of [LOOPBACK, { host: '::1', port: 0 }, unix]) {
    const address = s.getsockname(fds.keep(s.openListener(wanted)));
    const before = openDescriptors();
    t.throws(() => s.openListener(address), {
      instanceOf: SystemError,
      code: 'EADDRINUSE',
      message: `${formatAddress(address)} is already in use`,
    });
    t.deepEqual(openDescriptors(), before);
  }
});

test('an address of another machine and a host that is a name are refused, and no descriptor stays open', (t) => {
  const before = openDescriptors();
  t.throws(() => s.openListener({ host: '203.0.113.77', port: 0 }), {
    instanceOf: SystemError,
    code: 'EADDRNOTAVAIL',
    message: '203.0.113.77:0 is not an address of this machine',
  });
  t.throws(() => s.openListener({ host: 'localhost', port: 0 }), { instanceOf: RangeError });
  t.deepEqual(openDescriptors(), before);
});

test('a port may be listened on again while connections of the last listener are in TIME_WAIT', (t) => {
  const fds = new Descriptors(t);
  // An address of the loopback network that nobody else uses, so that nobody takes the port meanwhile.
  const listener = fds.keep(s.openListener({ host: '127.83.79.67', port: 0 }));
  const address = s.getsockname(listener);
  const [client, server] = connectTo(fds, listener);
  fds.close(server); // who closes first has the TIME_WAIT
  t.is(read(client, memory, 0, 1), 0);
  fds.close(client);
  fds.close(listener);

  const plain = fds.keep(s.socket(AF_INET, s.SOCK_STREAM, 0));
  const without = t.throws(() => check(s.bind(plain, address), 'bind'), { instanceOf: SystemError });
  t.is(without.code, 'EADDRINUSE');
  t.deepEqual(s.getsockname(fds.keep(s.openListener(address))), address);
});

test('several sockets listen on one address when all of them ask for it', (t) => {
  const fds = new Descriptors(t);
  const shared = { reusePort: true };
  const address = s.getsockname(fds.keep(s.openListener(LOOPBACK, shared)));
  t.deepEqual(s.getsockname(fds.keep(s.openListener(address, shared))), address);
  t.throws(() => s.openListener(address), { code: 'EADDRINUSE' });
});

test('a connect that nobody listens to is refused', (t) => {
  const fds = new Descriptors(t);
  const bound = fds.keep(s.socket(AF_INET, s.SOCK_STREAM, 0));
  t.is(s.bind(bound, LOOPBACK), 0); // the port is taken, but not listened on
  const client = fds.keep(s.socket(AF_INET, s.SOCK_STREAM, 0));
  const refused = s.connect(client, s.getsockname(bound));
  t.is(new SystemError(refused, 'connect').code, 'ECONNREFUSED');
});

test('a non-blocking connect is in progress until the socket is writable; SO_ERROR then tells how it went', (t) => {
  const fds = new Descriptors(t);
  const listener = fds.keep(s.openListener(LOOPBACK));
  const client = fds.keep(s.socket(AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK, 0));
  t.is(s.connect(client, s.getsockname(listener)), -EINPROGRESS);
  const writable = new FdSet();
  writable.set(client);
  t.is(select(client + 1, null, writable, -1), 1);
  t.is(s.getsockopt(client, s.SOL_SOCKET, s.SO_ERROR), 0);
  carry(t, fds.keep(s.accept4(listener, s.SOCK_CLOEXEC)), client, 'connected');
});

test('options are read as they were set', (t) => {
  const fd = new Descriptors(t).keep(s.socket(AF_INET, s.SOCK_STREAM, 0));
  t.is(s.getsockopt(fd, s.IPPROTO_TCP, s.TCP_NODELAY), 0);
  t.is(s.setsockopt(fd, s.IPPROTO_TCP, s.TCP_NODELAY, 1), 0);
  t.is(s.getsockopt(fd, s.IPPROTO_TCP, s.TCP_NODELAY), 1);
  t.is(s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUF, 20_000), 0);
  t.is(s.getsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUF), 40_000); // the kernel doubles it: socket(7)
});

test('a read on a blocking socket ends with -EAGAIN when its time is over', (t) => {
  const [one, other] = new Descriptors(t).socketpair();
  for (const milliseconds of [0.5, 20]) {
    t.is(s.setReceiveTimeout(one, milliseconds), 0);
    t.is(read(one, memory, 0, 1), -EAGAIN);
  }
  carry(t, other, one, 'in time');
});

test('a write on a blocking socket that takes no more ends with -EAGAIN when its time is over', (t) => {
  const [one] = new Descriptors(t).socketpair();
  t.is(s.setSendTimeout(one, 20), 0);
  let written = 0;
  while (written >= 0) written = write(one, memory, 0, memory.length);
  t.is(written, -EAGAIN);
});

test('a socket that resets on close gives its peer -ECONNRESET instead of an end', (t) => {
  const fds = new Descriptors(t);
  const [client, server] = connectTo(fds, fds.keep(s.openListener(LOOPBACK)));
  t.is(s.setResetOnClose(server), 0);
  fds.close(server);
  t.is(read(client, memory, 0, 1), -ECONNRESET);
  t.is(read(client, memory, 0, 1), 0); // told once
});

test('send writes, and with MSG_NOSIGNAL it fails with -EPIPE and without a signal', (t) => {
  const fds = new Descriptors(t);
  const [one, other] = fds.socketpair();
  memory.bytes.write('sent');
  t.is(s.send(one, memory, 0, 4, 0), 4);
  t.is(read(other, memory, 4, 4), 4);
  t.is(memory.bytes.toString('latin1', 0, 8), 'sentsent');
  fds.close(other);
  const caught = flagged(t, SIGPIPE);
  t.is(s.send(one, memory, 0, 4, 0), -EPIPE);
  t.true(caught(), 'it is pending, for this thread blocks it');
  t.is(s.send(one, memory, 0, 4, s.MSG_NOSIGNAL), -EPIPE);
  t.false(caught());
  t.throws(() => s.send(one, memory, 62, 4, 0), { instanceOf: RangeError });
});

test('the two sockets of a socketpair are connected to each other', (t) => {
  const fds = new Descriptors(t);
  const [one, other] = fds.socketpair();
  carry(t, one, other, 'there');
  carry(t, other, one, 'and back');
  t.is(s.shutdown(one, s.SHUT_RDWR), 0);
  t.is(read(other, memory, 0, 1), 0);
  t.is(write(other, memory, 0, 1), -EPIPE);
});

test('failures are negative errnos', (t) => {
  const fds = new Descriptors(t);
  const fd = fds.keep(s.socket(AF_INET, s.SOCK_STREAM, 0));
  t.is(new SystemError(s.socket(12_345, s.SOCK_STREAM, 0), 'socket').code, 'EAFNOSUPPORT');
  t.is(s.bind(-1, LOOPBACK), -EBADF);
  t.is(s.listen(-1, 1), -EBADF);
  t.is(s.accept4(fd, 0), -EINVAL); // it does not listen
  t.is(new SystemError(s.shutdown(fd, s.SHUT_WR), 'shutdown').code, 'ENOTCONN');
  t.is(new SystemError(s.setsockopt(fd, s.SOL_SOCKET, 9999, 1), 'setsockopt').code, 'ENOPROTOOPT');
  t.is(s.getsockopt(-1, s.SOL_SOCKET, s.SO_ERROR), -EBADF);
  t.is(s.setReceiveTimeout(-1, 1), -EBADF);
  t.is(s.setSendTimeout(-1, 1), -EBADF);
  t.is(s.setResetOnClose(-1), -EBADF);
  t.is(new SystemError(s.socketpair(12_345, s.SOCK_STREAM, 0, memory), 'socketpair').code, 'EAFNOSUPPORT');
});
