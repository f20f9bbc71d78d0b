/** The load of the benchmarks of accepting: clients that connect, say PING, read PONG and leave, one after the other. */

import { AF_INET } from '../../lib/sys/address.ts';
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLLIN,
  EpollEvents,
  epoll_create1,
  epoll_ctl,
  epoll_wait,
} from '../../lib/sys/epoll.ts';
import { check } from '../../lib/sys/errors.ts';
import { close, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { bind, connect, SOCK_CLOEXEC, SOCK_STREAM, setsockopt, socket } from '../../lib/sys/socket.ts';

const IPPROTO_IP = 0;
/** The port is chosen at connect, among those that are free towards that target; ip(7). */
const IP_BIND_ADDRESS_NO_PORT = 24;
/** A port that a client has left is taken for a minute: so they come from so many addresses, in turn. */
const SOURCES = 64;

const memory = Memory.allocate(64);
const epoll = check(epoll_create1(EPOLL_CLOEXEC), 'epoll_create1');
const events = new EpollEvents(256);
let visitors = 0;

/** Connects, and says PING. */
function come(port: number): void {
  const fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket');
  check(setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1), 'setsockopt');
  check(bind(fd, { host: `127.0.0.${2 + (visitors++ % SOURCES)}`, port: 0 }), 'bind');
  check(connect(fd, { host: '127.0.0.1', port }), 'connect');
  check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, EPOLLIN), 'epoll_ctl');
  check(write(fd, memory, 0, memory.bytes.write('PING\n')), 'write');
}

/**
 * Has clients visit a server on 127.0.0.1.
 *
 * @param count how many in all
 * @param atOnce how many are there at a time, as long as there are so many left
 */
export function visit(port: number, count: number, atOnce: number): void {
  let left = count;
  let there = 0;
  while (left > 0 || there > 0) {
    for (; left > 0 && there < atOnce; left--, there++) come(port);
    const ready = check(epoll_wait(epoll, events, 5000), 'epoll_wait');
    if (ready === 0) throw new Error('no answer within five seconds');
    for (let i = 0; i < ready; i++) {
      const fd = events.fd(i);
      const length = check(read(fd, memory, 0, memory.length), 'read');
      const answer = memory.bytes.toString('latin1', 0, length);
      if (answer !== 'PONG\n') throw new Error(`a wrong answer: ${JSON.stringify(answer)}`);
      close(fd);
      there--;
    }
  }
}
