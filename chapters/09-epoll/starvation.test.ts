/** A client that sends without end: whom it keeps waiting, and whom not. */

import test, { type ExecutionContext } from 'ava';
import { connectTo } from '../../lib/testing/client.ts';
import { demonstrate } from '../../lib/testing/demonstration.ts';
import { traces } from '../../lib/testing/traced.ts';

const traceOf = traces(test);

for (const reads of [1000, 30]) {
  test(`who reads until EAGAIN answers the other client after all ${reads} reads of a fast one, who takes turns after one`, async (t) => {
    const lines = await demonstrate(t, 'chapters/09-epoll/starvation.ts', { args: ['--reads', `${reads}`] });
    const [until, turns] = lines.slice(1).map((line) => /after ([\d,]+) reads? of the fast one$/.exec(line)?.[1]);
    t.deepEqual([until, turns], [reads.toLocaleString('en'), '1']);
  });
}

/** Has a client send PINGs as fast as they are taken, and take all answers, until the test is over. */
async function flood(t: ExecutionContext, server: { host: string; port: number }): Promise<void> {
  const { socket } = await connectTo(t, server);
  const pings = Buffer.from('PING\n'.repeat(10_000));
  socket.resume();
  const send = (): void => {
    while (socket.writable && socket.write(pings)) {}
  };
  socket.on('drain', send);
  send();
}

for (const mode of ['level', 'edge']) {
  test.serial(
    `09-epoll --mode ${mode} reads from nobody twice in a turn, and answers others while one sends without end`,
    async (t) => {
      const traced = await traceOf('chapters/09-epoll/server.ts', '--mode', mode);
      const client = await connectTo(t, traced.server);
      t.is(await client.send('PING\n').line(), 'PONG');
      await flood(t, traced.server);
      for (let i = 0; i < 50; i++) t.is(await client.send('PING\n').line(), 'PONG');
      const calls = traced.calls('epoll_wait', 'read');
      let turns = 0;
      let met = new Set<number>();
      for (const { call, fd } of calls) {
        if (call === 'epoll_wait') {
          turns++;
          met = new Set();
        } else {
          t.false(met.has(fd), `descriptor ${fd} was read from twice in a turn`);
          met.add(fd);
        }
      }
      t.true(turns >= 50);
      const [one, other] = [...new Set(calls.flatMap(({ call, fd }) => (call === 'read' ? [fd] : [])))];
      const count = (fd: number | undefined): number =>
        calls.filter((each) => each.call === 'read' && each.fd === fd).length;
      t.true(count(one) >= 51 && count(other) >= 10, 'both are read from, again and again');
    },
  );
}
