/** node:net is what its chapter says: whom it refuses, and who serves in a cluster. */

import test from 'ava';
import { ask, connectTo, hold } from '../../lib/testing/client.ts';
import { children } from '../../lib/testing/footprint.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { type Server, startServer, until } from '../../lib/testing/server.ts';

const SERVER = 'chapters/14-node-net/server.ts';

test.serial('14-node-net closes whom it has no descriptor for, and serves the others on', async (t) => {
  const server = await startServer(t, SERVER, { descriptors: 64 });
  await settled(server);
  const clients = await Promise.all(Array.from({ length: 80 }, () => connectTo(t, server)));
  const answers = await Promise.all(
    clients.map((client) =>
      client
        .send('PING\n')
        .line()
        .catch(() => ''),
    ),
  );
  t.deepEqual([...new Set(answers)].sort(), ['', 'PONG']);
  const served = clients.filter((_, i) => answers[i] === 'PONG');
  for (const client of served) t.is(await client.send('PING\n').line(), 'PONG');
  served[0]!.close();
  await settled(server);
  t.is(await ask(t, server, 'PING\n'), 'PONG\n', 'there is room for one more');
  t.deepEqual(server.stderr, []);
});

for (const schedule of ['primary', 'each']) {
  const args = ['--cluster', '2', '--schedule', schedule];

  test.serial(`14-node-net ${args.join(' ')} serves in two processes, and replaces one that was killed`, async (t) => {
    const server: Server = await startServer(t, SERVER, { args });
    const before = children(server);
    t.is(before.length, 2);
    await hold(t, server, 8);
    process.kill(before[0]!, 'SIGKILL');
    await server.line(new RegExp(`process ${before[0]} ended \\(SIGKILL\\); another takes its place`));
    await until(() => children(server).filter((pid) => pid !== before[0]).length === 2, 'another is there');
    await until(async () => (await ask(t, server, 'PING\n')) === 'PONG\n', 'it serves');
    await server.stop('SIGTERM');
    t.deepEqual(server.survivors, []);
  });
}
