/** io_uring is what its chapter says: seen in its system calls, in /proc, and in what comes when everything runs out. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { withRings } from '../../lib/sys/fixtures/rings.ts';
import { newAskers, served } from '../../lib/testing/asker.ts';
import { type Client, connectTo, hold, pingAll } from '../../lib/testing/client.ts';
import { openDescriptors, processorTime } from '../../lib/testing/footprint.ts';
import { ends, settled } from '../../lib/testing/kernel.ts';
import { refusing } from '../../lib/testing/lacking.ts';
import { threads } from '../../lib/testing/proc.ts';
import { patiently, type Server, startProgram, startServer, until } from '../../lib/testing/server.ts';
import { traces } from '../../lib/testing/traced.ts';

const SERVER = 'chapters/13-io-uring/server.ts';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const traceOf = traces(test);

withRings('13-io-uring', tests);

for (const [call, errno, words] of [
  ['io_uring_setup', 'ENOSYS', /this kernel has no io_uring; run chapters\/09-epoll\/server\.ts instead$/],
  ['io_uring_setup', 'EPERM', /io_uring is forbidden here, .*; run chapters\/09-epoll\/server\.ts instead$/],
  ['io_uring_enter', 'EPERM', /io_uring is forbidden here, .*; run chapters\/09-epoll\/server\.ts instead$/],
  ['io_uring_register', 'EPERM', /io_uring is forbidden here, .*; run chapters\/09-epoll\/server\.ts instead$/],
  ['io_uring_setup', 'EINVAL', /older than that of Linux 6\.1; run chapters\/09-epoll\/server\.ts instead$/],
] as const) {
  test.serial(
    `13-io-uring says in one line what to run instead where the kernel answers ${errno} to ${call}`,
    async (t) => {
      const program = startProgram(t, SERVER, { args: ['--port', '0'], by: refusing(call, errno) });
      t.is(await patiently(program.ended, 'end'), 1);
      t.deepEqual(program.stdout, []);
      t.is(program.stderr.length, 1, program.stderr.join('\n'));
      t.regex(program.stderr[0]!, /^13-io-uring: /);
      t.regex(program.stderr[0]!, words);
    },
  );
}

test.serial('where the kernel refuses io_uring, the suites say that this chapter is not tested', (t) => {
  const code =
    "import { serverChapters } from './chapters/servers.ts'; for (const c of serverChapters()) console.log(c.name)";
  const [file = '', ...words] = refusing('io_uring_setup', 'EPERM');
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', code];
  const { stdout, stderr } = spawnSync(file, [...words, ...node], { cwd: ROOT, encoding: 'utf8' });
  t.regex(stderr, /^NOT TESTED: 13-io-uring, for io_uring is forbidden here/);
  t.regex(stdout, /^09-epoll$/m);
  t.notRegex(stdout, /13-io-uring/);
});

/** Has a server do nothing while something happens, so that it finds all of it at once. */
async function standingStill(server: Server, happens: () => Promise<void> | void): Promise<void> {
  process.kill(server.pid, 'SIGSTOP');
  try {
    await until(() => threads(server.pid).every(({ state }) => state === 'T'), 'it stands still');
    await happens();
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
}

function tests(): void {
  test.serial('13-io-uring makes one call for a request of a single client, and a few for those of many', async (t) => {
    const traced = await traceOf(SERVER);
    const { server } = traced;
    const clients = await hold(t, server, 40);
    await settled(server);
    traced.forget();
    await pingAll(t, clients.slice(0, 1), 100);
    const alone = traced.calls('io_uring_enter').length;
    t.true(alone >= 100 && alone <= 110, `${alone} calls for 100 requests of one client`);

    await settled(server);
    traced.forget();
    await standingStill(server, async () => {
      for (const client of clients) client.send('PING\n');
      const sent = (): boolean => ends(server.port).filter(({ unread }) => unread === 5).length === clients.length;
      await until(sent, 'all have asked');
    });
    for (const client of clients) t.is(await client.line(), 'PONG');
    const together = traced.calls();
    t.deepEqual([...new Set(together.map(({ call }) => call))], ['io_uring_enter'], 'and no other');
    t.true(together.length < 10, `${together.length} calls for 40 requests at once`);
    for (const client of clients) client.close();
  });

  test.serial(
    '13-io-uring accepts, reads, writes and closes by no call of its own, and in no other thread',
    async (t) => {
      const traced = await traceOf(SERVER);
      const { server } = traced;
      await settled(server);
      const before = threads(server.pid).length;
      const clients = await hold(t, server, 20);
      for (const client of clients) client.send('WAIT 20\nSTREAM 5000000\nBURN 10\n').end();
      for (const client of clients) t.true((await client.rest()).length > 5_000_000);
      await settled(server);
      const calls = traced.calls();
      t.deepEqual([...new Set(calls.map(({ call }) => call))], ['io_uring_enter']);
      t.deepEqual([...new Set(calls.map(({ thread }) => thread))], [0]);
      t.is(threads(server.pid).length, before, 'the kernel has started no thread to help');
    },
  );

  const gone: Record<string, (client: Client) => Promise<void> | void> = {
    'a reset': (client) => client.reset(),
    'a reset after its half-close': async (client) => {
      await new Promise<void>((resolve) => client.socket.end(resolve));
      client.reset();
    },
    'a reset after more requests': async (client) => {
      for (let i = 0; i < 3; i++) await new Promise((resolve) => client.socket.write('PING\n'.repeat(100), resolve));
      client.reset();
    },
  };
  for (const [how, leave] of Object.entries(gone)) {
    test.serial(`13-io-uring cancels a WAIT whose client is gone by ${how}, and closes at once`, async (t) => {
      const { server } = await traceOf(SERVER);
      await settled(server);
      const before = openDescriptors(server);
      const client = await connectTo(t, server);
      t.is(await client.send('PING\nWAIT 600000\n').line(), 'PONG');
      t.is(openDescriptors(server), before + 1);
      await settled(server);
      await leave(client);
      await until(() => openDescriptors(server) === before, 'the connection is closed');
    });
  }

  test.serial('13-io-uring takes a little from a client that waits, and leaves the rest in the kernel', async (t) => {
    const { server } = await traceOf(SERVER);
    const client = await connectTo(t, server);
    t.is(await client.send('PING\nWAIT 600000\n').line(), 'PONG');
    const unread = (): number => ends(server.port).find(({ peer }) => peer === client.socket.localPort)!.unread;
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => client.socket.write('PING\n'.repeat(100), resolve));
      await settled(server);
      t.is(unread(), 500 * i); // what was told before the request was cancelled is held: the first 500 bytes
    }
    client.reset();
  });

  test.serial(
    '13-io-uring closes a connection whose half a line and reset were there before it was accepted',
    async (t) => {
      const { server } = await traceOf(SERVER);
      await settled(server);
      const before = openDescriptors(server);
      await standingStill(server, async () => {
        const client = await connectTo(t, server);
        await new Promise((resolve) => client.socket.write('ECHO hal', resolve));
        client.reset();
        await until(() => client.socket.destroyed, 'it has left');
      });
      await settled(server);
      await until(() => openDescriptors(server) === before, 'the connection is closed');
      t.is(await (await connectTo(t, server)).send('PING\n').line(), 'PONG');
    },
  );

  /** Lines of 1,000 bytes, each with its number. */
  const line = (who: number, i: number): string => `${who} ${i} ${'e'.repeat(980)}\n`;

  test.serial(
    '13-io-uring keeps the order of answers that a full socket does not take, to the last byte',
    async (t) => {
      const { server } = await traceOf(SERVER);
      const client = await connectTo(t, server);
      client.socket.pause();
      const count = 20_000;
      // Requests come one by one, so that each is answered on its own for as long as the socket takes answers.
      for (let i = 0; i < count; i++) {
        client.send(`ECHO ${line(1, i)}`);
        if (i % 50 === 0) await new Promise(setImmediate);
      }
      client.end();
      await settled(server);
      let wrong = 0;
      for (let i = 0; i < count; i++) if (`${await client.line()}\n` !== line(1, i)) wrong++;
      t.is(wrong, 0);
      t.is((await client.rest()).length, 0);
    },
  );

  test.serial('13-io-uring with one buffer and room for two completions serves fifty who flood it', async (t) => {
    const server = await startServer(t, SERVER, { args: ['--entries', '1', '--buffers', '1'] });
    const clients = await hold(t, server, 50);
    const each = 100;
    const asked = (who: number): string => Array.from({ length: each }, (_, i) => `ECHO ${line(who, i)}`).join('');
    await standingStill(server, () => {
      clients.forEach((client, who) => void client.send(asked(who)).end());
    });
    const answers = await Promise.all(clients.map((client) => client.rest()));
    answers.forEach((answer, who) => {
      t.true(answer.toString('latin1') === asked(who).replaceAll('ECHO ', ''), `the answers of client ${who}`);
    });
  });

  test.serial('13-io-uring with a queue for one request hears others while three stream and three wait', async (t) => {
    const server = await startServer(t, SERVER, { args: ['--entries', '1'] });
    const busy = await hold(t, server, 6);
    busy.forEach((client, i) => void client.send(i < 3 ? 'STREAM 1000000000000\n' : 'WAIT 0\n'.repeat(100_000)));
    for (const client of busy) client.socket.resume();
    const client = await connectTo(t, server);
    for (let i = 0; i < 20; i++) t.is(await client.send('WAIT 1\n').line(), 'DONE');
    for (const other of busy) other.reset();
  });

  test.serial('13-io-uring --direct holds more connections than the process may have descriptors', async (t) => {
    const server = await startServer(t, SERVER, { descriptors: 128, args: ['--direct', '400'] });
    await settled(server);
    const before = openDescriptors(server);
    const askers = await newAskers(t, server, 410);
    const first = await served(server, askers);
    t.is(first.length, 400);
    t.is(openDescriptors(server), before);
    const used = processorTime(server);
    const began = performance.now();
    t.is(await first[0]!.client.send('WAIT 500\n').line(), 'DONE');
    const share = (processorTime(server) - used) / (performance.now() - began);
    t.true(share < 0.2, `it used ${Math.round(100 * share)}% of a processor while ten waited for a place`);
    for (const { client } of first.slice(0, 10)) client.close();
    await until(() => askers.every(({ waits }) => !waits), 'those ten are served when ten have gone');
  });

  test.serial('13-io-uring --direct accepts one by one when a table fills up, so that nobody is closed', async (t) => {
    const server = await startServer(t, SERVER, { args: ['--direct', '8200'] }); // the crowd that may come, and 8
    await pingAll(t, await hold(t, server, 100), 1);
  });

  test.serial('13-io-uring --direct: a crowd comes, is answered, and goes', async (t) => {
    const server = await startServer(t, SERVER, { descriptors: 128, args: ['--direct', '1000'] });
    const crowd = startProgram(t, 'chapters/13-io-uring/crowd.ts', {
      descriptors: 400,
      args: ['--clients', '1000', '--port', `${server.port}`, '--seconds', '0'],
    });
    t.is(await patiently(crowd.ended, 'end of the crowd'), 0);
    t.deepEqual(crowd.stderr, []);
    t.deepEqual(crowd.stdout, ['1,000 clients, in 3 processes', 'each of them has been answered; they stay for 0 s']);
    t.is(await (await connectTo(t, server)).send('PING\n').line(), 'PONG');
  });
}

test.serial('the crowd says in a line when there is nobody to serve it', async (t: ExecutionContext) => {
  const crowd = startProgram(t, 'chapters/13-io-uring/crowd.ts', { args: ['--clients', '3', '--port', '1'] });
  t.is(await patiently(crowd.ended, 'end of the crowd'), 1);
  t.deepEqual(crowd.stderr, ['crowd: connect 127.0.0.1:1: connection refused']);
});
