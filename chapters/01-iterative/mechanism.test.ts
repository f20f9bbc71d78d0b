/** Iterative is what its chapter says: seen in its system calls. */

import test from 'ava';
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
