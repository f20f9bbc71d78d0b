/** The shortest PING server on node:net, to compare with; it takes every chunk for one request. */

import { type AddressInfo, createServer } from 'node:net';

const PONG = Buffer.from('PONG\n');
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => socket.write(PONG));
  socket.on('error', () => socket.destroy());
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  console.log(`node:net listening on 127.0.0.1:${(server.address() as AddressInfo).port} (pid ${process.pid})`);
});
