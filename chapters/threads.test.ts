/** A server of several threads ends, and says why, when its main thread fails: Node would wait for the others for ever. */

import test from 'ava';
import { broken } from '../lib/testing/broken.ts';
import { dial } from '../lib/testing/client.ts';
import { patiently, startServer } from '../lib/testing/server.ts';

for (const [name, ...args] of [
  ['10-epoll-workers', '--handoff', 'accept'],
  ['11-reactor'],
  ['12-coroutines', '--workers', '2'],
] as const) {
  test.serial(`${name} ends when its main thread fails`, async (t) => {
    const server = await startServer(t, `chapters/${name}/server.ts`, { args, by: broken('main') });
    for (let i = 0; i < 20; i++) {
      const { socket } = dial(t, server).send('BURN 1\n');
      socket.on('error', () => {});
    }
    t.is(await patiently(server.ended, 'end of the server'), 1);
    t.deepEqual(server.stderr, [`${name}: the main thread ended (it is broken), and the server with it`]);
    t.deepEqual(server.survivors, []);
  });
}
