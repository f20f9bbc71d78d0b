/** node:net is what its chapter says: whom it refuses, and who serves in a cluster. */

import test from 'ava';
import { broken } from '../../lib/testing/broken.ts';
import { ask, type Client, connectTo, hold } from '../../lib/testing/client.ts';
import { children, openDescriptors } from '../../lib/testing/footprint.ts';
import { resetDuring } from '../../lib/testing/gone.ts';
import { countListening, ends, listeners, settled } from '../../lib/testing/kernel.ts';
import { patiently, type Server, startProgram, startServer, until } from '../../lib/testing/server.ts';

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
    t.is(countListening(server), 1);
    const all = schedule === 'primary' ? [server.pid] : [server.pid, ...before];
    t.deepEqual(new Set(listeners(server)), new Set(all));
    await hold(t, server, 8);
    process.kill(before[0]!, 'SIGKILL');
    await server.line(new RegExp(`process ${before[0]} ended \\(SIGKILL\\); another takes its place`));
    await until(() => children(server).filter((pid) => pid !== before[0]).length === 2, 'another is there');
    await until(async () => (await ask(t, server, 'PING\n')) === 'PONG\n', 'it serves');
    await server.stop('SIGTERM');
    t.deepEqual(server.survivors, []);
  });
}

test.serial('14-node-net --cluster 2 --port 0 listens where it said, when all its processes were killed', async (t) => {
  const server = await startServer(t, SERVER, { args: ['--cluster', '2'] });
  for (const pid of children(server)) process.kill(pid, 'SIGKILL');
  await until(() => countListening(server) === 0, 'nobody listens');
  await until(() => countListening(server) === 1, 'another listens on the same port');
  t.is(await ask(t, server, 'PING\n'), 'PONG\n');
});

test.serial('14-node-net --cluster 2 says in one line that a process ended before it listened', async (t) => {
  const program = startProgram(t, SERVER, { args: ['--port', '0', '--cluster', '2'], by: broken('child') });
  t.is(await patiently(program.ended, 'end of the server'), 1);
  t.deepEqual(program.stderr, ['14-node-net: a process ended (status 3)']);
  t.deepEqual(program.stdout, []);
  t.deepEqual(program.survivors, []);
});

test.serial(
  '14-node-net hears at once of a client that is gone during a WAIT, unless it has stopped reading',
  async (t) => {
    const server = await startServer(t, SERVER);
    const before = await resetDuring(t, server, 'WAIT 600000');
    await until(() => openDescriptors(server) === before, 'its connection is closed');
    for (const time of [600_000, 1000]) {
      const client = await connectTo(t, server);
      client.send(`WAIT ${time}\n${'PING\n'.repeat(2_000_000)}`);
      const { localPort } = client.socket;
      const end = (): ReturnType<typeof ends>[number] | undefined =>
        ends(server.port).find(({ peer }) => peer === localPort);
      await until(() => (end()?.unread ?? 0) > 0, 'the stream holds what it may hold');
      await settled(server);
      client.reset();
      await until(() => end() === undefined, 'the kernel has ended the connection');
      if (time > 1000) await settled(server);
      else await until(() => openDescriptors(server) === before + 1, 'but when the WAIT is over');
      t.is(openDescriptors(server), before + 1, 'it sleeps, and holds the descriptor of nobody');
    }
    t.deepEqual(server.stderr, []);
  },
);

test.serial('14-node-net reads no more from a client that takes no answers, and answers all in the end', async (t) => {
  const server = await startServer(t, SERVER);
  const [client, other] = (await hold(t, server, 2)) as [Client, Client];
  const [text, count] = [`${'e'.repeat(1000)}\n`, 20_000];
  client.send(`ECHO ${text}`.repeat(count)).end();
  await until(() => client.socket.readableLength > 0, 'the first answers are there');
  await settled(server);
  const { localPort } = client.socket;
  const unread = (): boolean => ends(server.port).some(({ peer, unread }) => peer === localPort && unread > 0);
  await until(unread, 'what it still asks lies unread in the kernel');
  t.is(await other.send('PING\n').line(), 'PONG');
  t.is(await client.skip(count * text.length + 1), count * text.length);
});
