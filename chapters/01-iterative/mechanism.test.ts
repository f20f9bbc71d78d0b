/** Iterative is what its chapter says: seen in its system calls. */

import test from 'ava';
import { LINGER } from '../../lib/service/limits.ts';
import { EAGAIN } from '../../lib/sys/errors.ts';
import { connectTo } from '../../lib/testing/client.ts';
import { traces } from '../../lib/testing/traced.ts';

const SERVER = 'chapters/01-iterative/server.ts';
const traceOf = traces(test);

test.serial('01-iterative is done with one connection before it accepts the next', async (t) => {
  const traced = await traceOf(SERVER);
  const clients = await Promise.all(Array.from({ length: 5 }, () => connectTo(t, traced.server)));
  for (const client of clients) client.send('PING\nPING\n'); // all are here, and have asked, before the first is served
  for (const client of clients) t.is((await client.end().rest()).toString(), 'PONG\nPONG\n');
  await traced.closed(5);
  let at = -1;
  for (const { call, fd, result } of traced.calls('accept4', 'read', 'write', 'close')) {
    if (call !== 'accept4') t.is(fd, at, `${call} is on the connection that was accepted last`);
    else t.is(at, -1, 'nobody is being served');
    if (call === 'accept4') at = result;
    if (call === 'close') at = -1;
  }
  t.is(traced.calls('accept4').length, 5);
});

test.serial('01-iterative gives a client that goes on sending no more time than one that is silent', async (t) => {
  const traced = await traceOf(SERVER);
  const client = await connectTo(t, traced.server);
  t.is(await client.send('x'.repeat(2000)).line(), 'ERROR line too long');
  await new Promise((resolve) => setTimeout(resolve, 0.5 * LINGER));
  client.send('more');
  t.is((await client.rest()).length, 0);
  await traced.closed(1);
  const calls = traced.calls('shutdown', 'read', 'close');
  const spent = calls.slice(calls.findIndex(({ call }) => call === 'shutdown') + 1, -1);
  t.deepEqual(
    spent.map(({ result }) => result),
    [4, -EAGAIN],
  );
  const milliseconds = spent.reduce((sum, { duration }) => sum + duration / 1000, 0);
  t.true(milliseconds < 1.25 * LINGER, `it lingered for ${milliseconds.toFixed()} ms`); // 1.5 with a time for each
});
