/** poll is what its chapter says: seen in its system calls, and beside select where they differ. */

import test from 'ava';
import { countUnread, newAskers } from '../../lib/testing/asker.ts';
import { type Client, connectTo, hold, pingAll } from '../../lib/testing/client.ts';
import { openDescriptors } from '../../lib/testing/footprint.ts';
import { resetDuring } from '../../lib/testing/gone.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { threads } from '../../lib/testing/proc.ts';
import { startServer, until } from '../../lib/testing/server.ts';
import { readsAsTold, traces } from '../../lib/testing/traced.ts';

const SERVER = 'chapters/08-poll/server.ts';
const traceOf = traces(test);

test.serial('08-poll reads no more often than poll said', async (t) => {
  await readsAsTold(t, await traceOf(SERVER), 'poll');
});

test.serial(
  '08-poll gives everybody whom poll tells of a turn, though others leave and places are filled',
  async (t) => {
    const traced = await traceOf(SERVER);
    const { server } = traced;
    const askers = await newAskers(t, server, 12);
    for (const { client } of askers) t.is(await client.send('PING\n').line(), 'PONG');
    const accepted = traced.calls('accept4').filter(({ result }) => result >= 0);
    await settled(server);
    traced.forget();

    const leaving = [0, 3, 4, 9, 11].map((i) => askers[i]!); // the last one too, into whose place nobody moves
    const staying = askers.filter((asker) => !leaving.includes(asker));
    process.kill(server.pid, 'SIGSTOP'); // so that one call of poll tells of all that follows
    try {
      await until(() => threads(server.pid).every(({ state }) => state === 'T'), 'it stands still');
      for (const { client } of leaving) client.end();
      for (const { client } of staying) client.send('PING\n');
      await connectTo(t, server);
      await until(
        () => countUnread(server, askers) === askers.length,
        'all have said something, be it that they leave',
      );
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    for (const { client } of staying) t.is(await client.line(), 'PONG');
    await traced.closed(leaving.length);

    const calls = traced.calls('poll', 'read', 'accept4');
    const told = calls.findIndex(({ call, result }) => call === 'poll' && result > 0);
    t.is(calls[told]!.result, askers.length + 1, 'one call tells of all');
    t.deepEqual(
      calls.slice(told + 1, told + 1 + askers.length + 1).map(({ call, fd }) => (call === 'read' ? fd : call)),
      [...accepted.map(({ result }) => result).reverse(), 'accept4'],
      'the latest come first, the listener comes last',
    );
  },
);

test.serial('08-poll reads from nobody twice in a turn, however fast one sends', async (t) => {
  const traced = await traceOf(SERVER);
  const [client, { socket }] = (await hold(t, traced.server, 2)) as [Client, Client];
  socket.resume();
  const pings = Buffer.from('PING\n'.repeat(10_000));
  const send = (): void => {
    while (socket.writable && socket.write(pings)) {}
  };
  socket.on('drain', send);
  send();
  for (let i = 0; i < 30; i++) t.is(await client.send('PING\n').line(), 'PONG');
  let met = new Set<number>();
  for (const { call, fd } of traced.calls('poll', 'read')) {
    t.false(call === 'read' && met.has(fd), `descriptor ${fd} was read from twice in a turn`);
    met = call === 'poll' ? new Set() : met.add(fd);
  }
});

test.serial('08-poll is told of a client that is gone during a WAIT; 02-select is not', async (t) => {
  const poll = await traceOf(SERVER);
  const told = await resetDuring(t, poll.server, 'WAIT 600000');
  await until(() => openDescriptors(poll.server) === told, 'the connection is closed');

  const select = await traceOf('chapters/02-select/server.ts');
  const untold = await resetDuring(t, select.server, 'WAIT 600000');
  await settled(select.server);
  t.is(openDescriptors(select.server), untold + 1, 'it sleeps, and holds the descriptor of nobody');
});

test.serial('08-poll serves 1,100 at once, with descriptors for which a set of select has no bit', async (t) => {
  const server = await startServer(t, SERVER);
  await pingAll(t, await hold(t, server, 1100), 1);
  t.deepEqual(server.stderr, []);
});
