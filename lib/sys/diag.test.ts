/** sock_diag: what the kernel tells of sockets that this test opens. */

import test from 'ava';
import { AF_INET, AF_INET6, type SocketAddress } from './address.ts';
import { SocketDiag, TCP_ESTABLISHED, TCP_LISTEN, TCP_STATES } from './diag.ts';
import { check } from './errors.ts';
import { Descriptors } from './fixtures/resources.ts';
import * as s from './socket.ts';

const ANY = TCP_STATES.reduce((bits, name, state) => (name === '' ? bits : bits | (1 << state)), 0);

/** What is told of a port, by state. */
function told(
  diag: SocketDiag,
  port: number,
  states = ANY,
): { state: string; host: string; queue: number; backlog: number; inode: number }[] {
  const all: ReturnType<typeof told> = [];
  diag.tcp(states, port, ({ state, host, receiveQueue: queue, sendQueue: backlog, inode, port: its }) => {
    if (its !== port) throw new Error(`port ${its} was not asked for`);
    all.push({ state: TCP_STATES[state]!, host, queue, backlog, inode });
  });
  return all;
}

for (const [host, family, hex] of [
  ['127.0.0.1', AF_INET, '7f000001'],
  ['::1', AF_INET6, '00000000000000000000000000000001'],
] as const) {
  test(`${host}: a listener, its queue and its connections are told`, (t) => {
    const fds = new Descriptors(t);
    const diag = new SocketDiag();
    t.teardown(() => diag.close());
    const listener = fds.keep(s.openListener({ host, port: 0 }, { backlog: 7 }));
    const address = s.getsockname(listener) as SocketAddress & { port: number };
    const [alone] = told(diag, address.port);
    t.deepEqual({ ...alone, inode: 0 }, { state: 'LISTEN', host: hex, queue: 0, backlog: 7, inode: 0 });
    t.true(alone!.inode > 0);
    for (let i = 0; i < 3; i++) {
      const client = fds.keep(check(s.socket(family, s.SOCK_STREAM | s.SOCK_CLOEXEC, 0), 'socket'));
      check(s.connect(client, address), 'connect');
    }
    fds.keep(check(s.accept4(listener, s.SOCK_CLOEXEC), 'accept4'));
    t.is(told(diag, address.port, 1 << TCP_LISTEN)[0]!.queue, 2);
    const connections = told(diag, address.port, 1 << TCP_ESTABLISHED);
    t.is(connections.length, 3);
    t.is(connections.filter(({ inode }) => inode > 0).length, 1, 'what nobody has accepted has no inode');
  });
}

test('without a port all sockets are told, of many answers too', (t) => {
  const fds = new Descriptors(t);
  const diag = new SocketDiag();
  t.teardown(() => diag.close());
  const ports = Array.from({ length: 500 }, () => {
    const listener = fds.keep(s.openListener({ host: '127.0.0.1', port: 0 }));
    return (s.getsockname(listener) as { port: number }).port;
  });
  const heard = new Set<number>();
  diag.tcp(1 << TCP_LISTEN, 0, ({ port }) => heard.add(port));
  t.true(ports.every((port) => heard.has(port)));
});
