/** A process of the crowd: connects its clients from an address of their own, has each of them answered, and holds them. */

import { endWithParent, FIRST_INHERITED } from '../../lib/program/child.ts';
import { AF_INET } from '../../lib/sys/address.ts';
import { check } from '../../lib/sys/errors.ts';
import { read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { bind, connect, SOCK_CLOEXEC, SOCK_STREAM, setsockopt, socket } from '../../lib/sys/socket.ts';

/** Lets connect(2) choose the port, when it knows where to: ip(7). */
const IP_BIND_ADDRESS_NO_PORT = 24;
const IPPROTO_IP = 0;

endWithParent();
const [host = '', port, count] = process.argv.slice(2);
const ping = Memory.allocate(5);
ping.bytes.write('PING\n');
const answer = Memory.allocate(5);
const PONG = Buffer.from('PONG\n');

const clients: number[] = [];
let answered = 0;
try {
  while (clients.length < Number(count)) {
    const fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket');
    clients.push(fd);
    check(setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1), 'setsockopt');
    check(bind(fd, { host, port: 0 }), 'bind', host);
    check(connect(fd, { host: '127.0.0.1', port: Number(port) }), 'connect', `127.0.0.1:${port}`);
  }
  for (const fd of clients) check(write(fd, ping, 0, ping.length), 'write');
  for (const fd of clients) {
    if (check(read(fd, answer, 0, answer.length), 'read') === 5 && answer.bytes.equals(PONG)) answered++;
  }
} catch (error) {
  process.stderr.write(`crowd: ${(error as Error).message}\n`);
}

const said = Memory.allocate(16);
const length = said.bytes.write(String(answered));
write(FIRST_INHERITED, said, 0, length);
read(FIRST_INHERITED, said, 0, 1); // until the parent lets go
