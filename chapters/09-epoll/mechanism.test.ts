/** epoll is what its chapter says: seen in its system calls. */

import test from 'ava';
import { burn } from '../../lib/service/burn.ts';
import { EAGAIN } from '../../lib/sys/errors.ts';
import { connectTo, hold, pingAll } from '../../lib/testing/client.ts';
import { openDescriptors } from '../../lib/testing/footprint.ts';
import { until } from '../../lib/testing/server.ts';
import { type Traced, traces } from '../../lib/testing/traced.ts';

const SERVER = 'chapters/09-epoll/server.ts';
const traceOf = traces(test);

for (const mode of ['level', 'edge']) {
  const start = (): Promise<Traced> => traceOf(SERVER, ...(mode === 'level' ? [] : ['--mode', mode]));

  test.serial(`09-epoll --mode ${mode} tells the kernel of a connection once, and of a request never`, async (t) => {
    const traced = await start();
    const clients = await hold(t, traced.server, 20);
    await pingAll(t, clients, 5);
    for (const client of clients) client.close();
    await traced.closed(20);
    t.is(traced.calls('epoll_ctl').length, 20);
    t.is(traced.calls('write').length, 20 * 6, 'one for each request');
    const again = traced.calls('read').filter(({ result }) => result === -EAGAIN);
    if (mode === 'level') t.is(again.length, 0, 'it reads only when it was told to');
    else t.true(again.length > 0, 'it reads until there is nothing left');
  });

  test.serial(`09-epoll --mode ${mode} ends a WAIT on time, though there is always work`, async (t) => {
    const { server } = await start();
    const busy = [await connectTo(t, server), await connectTo(t, server)];
    const client = await connectTo(t, server);
    // Some milliseconds each, some seconds together: the loop never sleeps, and takes one a turn.
    const asked = 'BURN 2000000\n'.repeat(500);
    for (const other of busy) other.send(asked);
    let answered = 0;
    for (const other of busy) void other.skip(500 * `RESULT ${burn(2_000_000)}\n`.length).then(() => answered++);
    t.is(await client.send('WAIT 50\n').line(), 'DONE');
    t.is(answered, 0, 'it did not wait for those who burn');
    for (const other of busy) other.reset();
  });

  test.serial(`09-epoll --mode ${mode} notices a client that is gone during a long WAIT`, async (t) => {
    const { server } = await start();
    const before = openDescriptors(server);
    const client = await connectTo(t, server);
    t.is(await client.send('PING\nWAIT 600000\n').line(), 'PONG');
    client.reset();
    await until(() => openDescriptors(server) === before, 'the connection is closed');
  });
}
