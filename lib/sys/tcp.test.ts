/** TCP_INFO: what the kernel counts for a connection. */

import test from 'ava';
import { AF_INET } from './address.ts';
import { check, EBADF } from './errors.ts';
import { Descriptors } from './fixtures/resources.ts';
import { read, write } from './io.ts';
import { Memory } from './memory.ts';
import * as s from './socket.ts';
import { getTcpInfo, TCP_CORK, TCP_QUICKACK, TcpInfo } from './tcp.ts';

const memory = Memory.allocate(64);

test('segments are counted as they are sent and come, and bytes that are held back', (t) => {
  const fds = new Descriptors(t);
  const listener = fds.keep(s.openListener({ host: '127.0.0.1', port: 0 }));
  const client = fds.keep(s.socket(AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC, 0));
  check(s.connect(client, s.getsockname(listener)), 'connect');
  const server = fds.keep(s.accept4(listener, s.SOCK_CLOEXEC));
  const [sender, receiver] = [new TcpInfo(), new TcpInfo()];
  const look = (): void => {
    t.is(getTcpInfo(client, sender), 0);
    t.is(getTcpInfo(server, receiver), 0);
  };

  look();
  t.deepEqual([sender.dataSegmentsOut, receiver.dataSegmentsIn, sender.unacked, sender.unsent], [0, 0, 0, 0]);
  t.true(sender.mss > 500 && sender.mss < 65_536);
  t.is(s.getsockopt(client, s.IPPROTO_TCP, TCP_CORK), 0);
  t.is(s.setsockopt(client, s.IPPROTO_TCP, TCP_CORK, 1), 0);
  t.is(s.getsockopt(client, s.IPPROTO_TCP, TCP_CORK), 1);
  check(write(client, memory, 0, 10), 'write');
  look();
  t.deepEqual([sender.dataSegmentsOut, sender.unsent], [0, 10]);

  t.is(s.setsockopt(server, s.IPPROTO_TCP, TCP_QUICKACK, 0), 0);
  t.is(s.setsockopt(client, s.IPPROTO_TCP, TCP_CORK, 0), 0);
  t.is(read(server, memory, 0, 64), 10);
  look();
  t.deepEqual([sender.dataSegmentsOut, receiver.dataSegmentsIn, sender.unsent], [1, 1, 0]);
  t.true(sender.segmentsOut >= 2, 'with that of the handshake');
  t.is(receiver.delay, 40);
});

test('a descriptor that is no TCP socket has none', (t) => {
  const [one] = new Descriptors(t).socketpair();
  t.true(getTcpInfo(one, new TcpInfo()) < 0);
  t.is(getTcpInfo(-1, new TcpInfo()), -EBADF);
});
