/** select is what its chapter says: seen in its system calls, and where FD_SETSIZE ends. */

import test from 'ava';
import { FD_SETSIZE } from '../../lib/sys/select.ts';
import { type Client, connectTo, hold, pingAll } from '../../lib/testing/client.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { descriptors } from '../../lib/testing/proc.ts';
import { startProgram, startServer, until } from '../../lib/testing/server.ts';
import { readsAsTold, traces } from '../../lib/testing/traced.ts';

const SERVER = 'chapters/02-select/server.ts';
const traceOf = traces(test);

test.serial('02-select reads no more often than select said', async (t) => {
  await readsAsTold(t, await traceOf(SERVER), 'select');
});

test.serial('02-select serves as many as FD_SETSIZE has room for, and says why no more', async (t) => {
  const server = await startServer(t, SERVER);
  await settled(server);
  const used = (): number => descriptors(server.pid).filter((fd) => fd < FD_SETSIZE).length;
  const places = FD_SETSIZE - used();
  const clients = await Promise.all(Array.from({ length: 1100 }, () => connectTo(t, server)));
  const answer = async (client: Client): Promise<string> => {
    try {
      return await client.send('PING\n').line();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error; // neither an answer nor an end
      return '';
    }
  };
  const answers = await Promise.all(clients.map(answer));
  t.deepEqual([...new Set(answers)].sort(), ['', 'PONG']);
  const served = clients.filter((_, i) => answers[i] === 'PONG');
  t.is(served.length, places);
  await server.line(/connection refused \(1 so far\): its descriptor is 1024, .*FD_SETSIZE = 1024/);
  t.true(server.stderr.length < 10, 'it does not say so each time');
  await pingAll(t, served, 1);
  served.shift()!.close();
  await until(() => used() < FD_SETSIZE, 'a place is free');
  await hold(t, server, 1);
});

test.serial('02-select with --big-sets serves 1,100 at once', async (t) => {
  const server = await startServer(t, SERVER, { args: ['--big-sets'] });
  await pingAll(t, await hold(t, server, 1100), 1);
  t.deepEqual(server.stderr, []);
});

test.serial('02-select says in one line that its own listener has no place in a set', async (t) => {
  const program = startProgram(t, SERVER, { args: ['--port', '0'], inherited: FD_SETSIZE });
  t.is(await program.ended, 1);
  t.deepEqual(program.stdout, []);
  t.is(program.stderr.length, 1);
  t.regex(program.stderr[0]!, /^02-select: the listener's own descriptor is 1\d\d\d, .* see --big-sets\.$/);
  await hold(t, await startServer(t, SERVER, { args: ['--big-sets'], inherited: FD_SETSIZE }), 3);
});
