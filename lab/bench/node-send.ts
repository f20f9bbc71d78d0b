/** Descriptor passing as Node has it, to compare with: the shortest PING server whose parent hands out its connections. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

const CHILDREN = 4;
const PONG = Buffer.from('PONG\n');

if (process.argv[2] === 'child') {
  // #region child
  process.on('message', (_, socket: Socket | undefined) => {
    socket?.on('data', () => socket.write(PONG)); // it takes every chunk for one request
    socket?.on('error', () => socket.destroy());
  });
  // #endregion child
  process.send?.('ready');
} else {
  const children = Array.from({ length: CHILDREN }, () => fork(process.argv[1]!, ['child']));
  await Promise.all(children.map((child) => once(child, 'message')));
  // #region parent
  let next = 0;
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    children[next++ % CHILDREN]!.send('a connection', socket);
  });
  // #endregion parent
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
    console.log(`process.send listening on 127.0.0.1:${(server.address() as AddressInfo).port} (pid ${process.pid})`);
  });
}
