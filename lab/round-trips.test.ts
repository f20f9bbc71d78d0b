/** Round trips are measured against every chapter, and what goes wrong is said in one line. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { serverChapters } from '../chapters/servers.ts';
import { type Program, startProgram, startServer } from '../lib/testing/server.ts';

const measure = (t: ExecutionContext, ...args: string[]): Program => startProgram(t, 'lab/round-trips.ts', { args });

for (const { name, path } of serverChapters()) {
  test.serial(`${name} echoes timestamps, one after another`, async (t) => {
    const server = await startServer(t, path);
    const client = measure(t, '--port', `${server.port}`, '--count', '12', '--interval', '1');
    t.is(await client.ended, 0, client.stderr.join('\n'));
    t.deepEqual(client.stderr, []);
    const trips = client.stdout.slice(0, -1).map((line) => /^ ?(\d+) +(\d+\.\d{3}) ms$/.exec(line) ?? [line]);
    t.deepEqual(
      trips.map(([, number]) => Number(number)),
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    const times = trips.map(([, , time]) => Number(time)).sort((a, b) => a - b);
    const form = /^12 round trips: min (\S+) ms, mean (\S+) ms, p50 (\S+) ms, p99 (\S+) ms, max (\S+) ms$/;
    const [min, mean, p50, p99, max] = (form.exec(client.stdout.at(-1)!) ?? []).slice(1).map(Number);
    // The histogram keeps five digits.
    const near = (value: number | undefined, time: number | undefined): void => {
      t.true(Math.abs(value! - time!) <= 0.001 + time! / 10_000, `${value} is near ${time}`);
    };
    near(min, times[0]);
    near(mean, times.reduce((sum, time) => sum + time, 0) / 12);
    near(p50, times[5]);
    near(p99, times[11]);
    near(max, times[11]);
  });
}

/** A server of the test's own. @returns its port */
async function serve(t: ExecutionContext, answer: (socket: Socket, asked: string) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => answer(socket, data.toString()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `${(server.address() as AddressInfo).port}`;
}

/** It ends with a status and one line. */
async function says(t: ExecutionContext, client: Program, status: number, line: RegExp): Promise<void> {
  t.is(await client.ended, status);
  t.is(client.stderr.length, 1, client.stderr.join('\n'));
  t.regex(client.stderr[0]!, line);
}

test('a wrong answer is shown beside what was sent', async (t) => {
  let count = 0;
  const port = await serve(t, (socket, asked) => socket.write(++count < 3 ? asked.slice(5) : 'ERROR\n'));
  const client = measure(t, '--port', port, '--interval', '0');
  await says(t, client, 1, /^round-trips: a wrong answer: sent "\d+", got "ERROR"$/);
  t.is(client.stdout.length, 2);
});

test('a server that closes, or resets, the connection is told of', async (t) => {
  const closing = await serve(t, (socket) => socket.end());
  await says(
    t,
    measure(t, '--port', closing),
    1,
    /^round-trips: the server closed the connection instead of answer 1$/,
  );
  const resetting = await serve(t, (socket) => socket.resetAndDestroy());
  await says(t, measure(t, '--port', resetting), 1, /^round-trips: .*ECONNRESET/);
});

test('a server that does not answer is not waited for for ever, and a pause is no silence', async (t) => {
  const silent = await serve(t, () => {});
  const impatient = measure(t, '--port', silent, '--patience', '50');
  await says(t, impatient, 1, /^round-trips: no answer for 50 ms; somebody else may be served$/);
  const echo = await serve(t, (socket, asked) => socket.write(asked.slice(5)));
  const slow = measure(t, '--port', echo, '--patience', '2000', '--count', '2', '--interval', '2500');
  t.is(await slow.ended, 0, slow.stderr.join('\n'));
});

test('nobody who listens, and a mistake on the command line, are one line each', async (t) => {
  await says(t, measure(t, '--port', '1'), 1, /^round-trips: 127\.0\.0\.1:1 refuses the connection/);
  for (const args of [['--count', '0'], ['--port', 'x'], ['--nonsense'], ['word']]) {
    await says(t, measure(t, ...args), 2, /^round-trips: /);
  }
});
