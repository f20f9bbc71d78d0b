/** Every chapter's server ends when it is told to, with all its processes, whatever it is doing. */

import test, { type ExecutionContext } from 'ava';
import { ask, type Client, connectTo, hold } from '../lib/testing/client.ts';
import { children, sum } from '../lib/testing/footprint.ts';
import { settled } from '../lib/testing/kernel.ts';
import { type Server, startServer, until } from '../lib/testing/server.ts';
import { serverChapters } from './servers.ts';

/** What a server can be in the middle of, each for longer than any test would wait. */
const BUSY: Record<string, (t: ExecutionContext, server: Server, client: Client) => Promise<void>> = {
  'a WAIT': async (t, _, client) => {
    t.is(await client.send('PING\nWAIT 600000\n').line(), 'PONG');
  },
  'a STREAM that nobody reads': async (_, server, client) => {
    client.send('STREAM 1000000000000\n');
    await until(() => client.socket.readableLength > 0, 'the stream has begun');
    await settled(server);
  },
  'a BURN': async (t, _, client) => {
    t.is(await client.send(`PING\n${'BURN 1000000000\n'.repeat(100)}`).line(), 'PONG');
  },
};

/** Signals, and what a server is in the middle of when they come. */
const SIGNALS: Partial<Record<NodeJS.Signals, string[]>> = {
  SIGINT: Object.keys(BUSY),
  SIGTERM: Object.keys(BUSY),
  SIGKILL: ['a WAIT'],
};

for (const { name, path, traits } of serverChapters()) {
  // Where it can, a server is in the middle of everything at once.
  const together = traits.clients === 'descriptors' || traits.clients >= Object.keys(BUSY).length;
  for (const [signal, all] of Object.entries(SIGNALS) as [NodeJS.Signals, string[]][]) {
    for (const busy of together ? [all] : all.map((one) => [one])) {
      test.serial(
        `${name} ends at ${signal}, with all its processes, in the middle of ${busy.join(', ')}`,
        async (t) => {
          const server = await startServer(t, path);
          for (const what of busy) await BUSY[what]!(t, server, await connectTo(t, server));
          const how = await server.stop(signal);
          t.true(how === signal || how === 0, `it ended: ${how}`);
          t.deepEqual(server.survivors, [], 'nobody is left');
          t.deepEqual(server.stderr, []);
        },
      );
    }
  }
}

const PREFORK = 'chapters/05-prefork/server.ts';

/** The table that the prefork server prints in the end: each child's pid and connections, and the total. */
function table(server: Server): { pids: number[]; connections: number[]; total: number } {
  const words = server.stdout.slice(1).map((line) => line.trim().split(/\s+/));
  const rows = words.filter(([first]) => /^\d+$/.test(first!));
  return {
    pids: rows.map(([, pid]) => Number(pid)),
    connections: rows.map(([, , count]) => Number(count)),
    total: Number(words.find(([first]) => first === 'total')?.[1]),
  };
}

if (serverChapters().some(({ path }) => path === PREFORK)) {
  const told: Record<string, (server: Server) => void> = {
    SIGTERM: ({ pid }) => process.kill(pid, 'SIGTERM'),
    'Ctrl-C, which its children hear too': ({ pid }) => process.kill(-pid, 'SIGINT'),
  };
  for (const [how, tell] of Object.entries(told)) {
    test.serial(`05-prefork prints how many connections each child served, at ${how}`, async (t) => {
      const server = await startServer(t, PREFORK);
      const clients = await hold(t, server, 4);
      for (const client of clients) await client.end().rest();
      for (let i = 0; i < 20; i++) await ask(t, server, 'PING\n');
      const pids = children(server);
      tell(server);
      t.is(await server.ended, 0);
      const { pids: printed, connections, total } = table(server);
      t.deepEqual(printed.sort(), pids.sort());
      t.true(connections.every((count) => count > 0));
      t.is(sum(connections), 24);
      t.is(total, 24);
      t.deepEqual(server.survivors, []);
      t.deepEqual(server.stderr, []);
    });
  }

  test.serial('05-prefork replaces a child that was killed, and counts on', async (t) => {
    const server = await startServer(t, PREFORK, { args: ['--children', '3'] });
    const clients = await hold(t, server, 3);
    for (const pid of children(server)) process.kill(pid, 'SIGINT'); // Ctrl-C reaches them too: it is not for them
    for (const client of clients) t.is(await client.send('PING\n').line(), 'PONG');
    const [killed, ...others] = children(server);
    process.kill(killed!, 'SIGKILL');
    t.truthy(await server.line(new RegExp(`child ${killed} ended \\(SIGKILL\\)`)));
    const answers = await Promise.all(
      clients.map((client) =>
        client
          .send('PING\n')
          .line()
          .catch(() => 'reset'),
      ),
    );
    t.is(answers.filter((answer) => answer === 'PONG').length, 2, 'the other children serve on');
    for (const client of clients) client.close();
    await hold(t, server, 3);
    const pids = children(server);
    t.is(pids.length, 3);
    t.true(others.every((pid) => pids.includes(pid)) && !pids.includes(killed!), 'one of them is new');
    t.is(await server.stop('SIGINT'), 0);
    const { pids: printed, connections, total } = table(server);
    t.deepEqual(printed.sort(), pids.sort());
    t.deepEqual(connections, [2, 2, 2]);
    t.is(total, 6);
  });
}
