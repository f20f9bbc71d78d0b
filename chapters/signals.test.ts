/** Every chapter's server ends when it is told to, with all its processes, whatever it is doing. */

import test, { type ExecutionContext } from 'ava';
import { type Client, connectTo } from '../lib/testing/client.ts';
import { settled } from '../lib/testing/kernel.ts';
import { type Server, startServer, until } from '../lib/testing/server.ts';
import { serverChapters, waysOf } from './servers.ts';

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

for (const [chapter, args] of serverChapters().flatMap((one) => waysOf(one).map((args) => [one, args] as const))) {
  const { path, traits } = chapter;
  const name = [chapter.name, ...args].join(' ');
  // Where it can, a server is in the middle of everything at once.
  const together = traits.clients === 'descriptors' || traits.clients >= Object.keys(BUSY).length;
  for (const [signal, all] of Object.entries(SIGNALS) as [NodeJS.Signals, string[]][]) {
    for (const busy of together ? [all] : all.map((one) => [one])) {
      test.serial(
        `${name} ends at ${signal}, with all its processes, in the middle of ${busy.join(', ')}`,
        async (t) => {
          const server = await startServer(t, path, { args, loader: 'tsx' });
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
