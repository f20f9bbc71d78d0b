/** Files arrive, in each of the three ways, whatever their clients do and whatever becomes of them meanwhile. */

import { appendFileSync, copyFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { type Client, connectTo } from '../../lib/testing/client.ts';
import { openDescriptors } from '../../lib/testing/footprint.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { startServer, until } from '../../lib/testing/server.ts';
import {
  answer,
  ask,
  get,
  head,
  LARGE,
  MEDIUM,
  makeLarge,
  medium,
  PROGRAM,
  root,
  serverOf,
  WAYS,
} from './fixtures/served.ts';

makeLarge();

for (const way of WAYS) {
  test.serial(
    `--with ${way}: a file arrives whole, again and again on one connection, pipelined, and whatever its size`,
    async (t) => {
      const server = await serverOf('--with', way);
      const client = await connectTo(t, server);
      const paths = ['/medium.bin', '/hello.txt', '/nothing.txt', '/medium.bin', '/none', '/hello.txt'];
      client.send(paths.map((path) => ask(path)).join(''));
      const expected = [medium, Buffer.from('hello\n'), Buffer.alloc(0), medium, undefined, Buffer.from('hello\n')];
      for (const bytes of expected) {
        const { status, body } = await answer(client);
        t.is(status, bytes === undefined ? 404 : 200);
        if (bytes !== undefined) t.true(body.equals(bytes), 'byte for byte');
      }
      client.send(ask('/hello.txt', ['Connection: close']));
      t.is((await answer(client)).fields.get('connection'), 'close');
      t.is((await client.rest()).length, 0);
    },
  );

  test.serial(`--with ${way}: ranges are cut out of the file to the byte`, async (t) => {
    const server = await serverOf('--with', way);
    const client = await connectTo(t, server);
    for (const [range, from, to] of [
      ['0-0', 0, 1],
      ['4095-4096', 4095, 4097],
      ['1000000-', 1_000_000, MEDIUM],
      ['-17', MEDIUM - 17, MEDIUM],
      [`-${MEDIUM + 1}`, 0, MEDIUM],
      [`${MEDIUM - 1}-${'9'.repeat(30)}`, MEDIUM - 1, MEDIUM],
    ] as const) {
      const { status, fields, body } = await answer(client.send(ask('/medium.bin', [`Range: bytes=${range}`])));
      t.is(status, 206, range);
      t.is(fields.get('content-range'), `bytes ${from}-${to - 1}/${MEDIUM}`);
      t.true(body.equals(medium.subarray(from, to)), range);
    }
  });

  test.serial(`--with ${way}: a slow reader gets all of it in the end, and nobody else waits for that`, async (t) => {
    const server = await serverOf('--with', way);
    const slow = await connectTo(t, server);
    slow.send(ask('/large.bin') + ask('/hello.txt'));
    t.is((await head(slow)).status, 200);
    for (let i = 0; i < 3; i++) t.is((await get(t, server, '/hello.txt')).body.toString(), 'hello\n');
    t.is(await slow.skip(LARGE), LARGE);
    t.is((await answer(slow)).body.toString(), 'hello\n');
  });

  test.serial(
    `--with ${way}: a file that shrinks while it is sent ends its connection, short, and no other`,
    async (t) => {
      const server = await startServer(t, PROGRAM, { args: ['--root', root, '--with', way] });
      const path = join(root, `shrinks-${way}`);
      copyFileSync(join(root, 'large.bin'), path);
      const before = openDescriptors(server);
      const client = await connectTo(t, server);
      client.send(ask(`/shrinks-${way}`) + ask('/hello.txt'));
      t.is((await head(client)).fields.get('content-length'), `${LARGE}`);
      await settled(server); // the socket is full
      truncateSync(path, 4096);
      const rest = await client.skip(2 * LARGE);
      t.true(rest < LARGE, `${rest} bytes came of the ${LARGE} that were promised, and no other answer`);
      t.is((await get(t, server, '/hello.txt')).body.toString(), 'hello\n');
      await until(() => openDescriptors(server) <= before + (way === 'splice' ? 2 : 0), 'its descriptors are closed');
    },
  );

  test.serial(`--with ${way}: of a file that grows as much is sent as was promised`, async (t) => {
    const server = await serverOf('--with', way);
    const path = join(root, `grows-${way}`);
    copyFileSync(join(root, 'large.bin'), path);
    const client = await connectTo(t, server);
    client.send(ask(`/grows-${way}`) + ask('/hello.txt'));
    t.is((await head(client)).fields.get('content-length'), `${LARGE}`);
    await settled(server);
    appendFileSync(path, 'more');
    t.is(await client.skip(LARGE), LARGE);
    t.is((await answer(client)).body.toString(), 'hello\n', 'what follows is the next answer');
  });

  test.serial(`--with ${way}: clients that leave in the middle leave nothing behind`, async (t) => {
    const server = await startServer(t, PROGRAM, { args: ['--root', root, '--with', way] });
    const before = openDescriptors(server);
    for (const end of ['reset', 'close'] as const) {
      const clients = await Promise.all(Array.from({ length: 20 }, () => connectTo(t, server)));
      for (const client of clients) t.is((await head(client.send(ask('/large.bin')))).status, 200);
      t.true(openDescriptors(server) >= before + 20 * (way === 'splice' ? 4 : 2), 'what a file on its way holds');
      for (const client of clients) client[end]();
      await until(() => openDescriptors(server) === before, `all is closed again after ${end}`);
    }
  });
}

test.serial('many clients at once have what they asked for', async (t) => {
  const server = await serverOf('--with', 'splice');
  const clients = await Promise.all(Array.from({ length: 100 }, () => connectTo(t, server)));
  for (const client of clients) client.send(ask('/medium.bin', ['Range: bytes=1000-100999']).repeat(3));
  for (const client of clients) {
    for (let i = 0; i < 3; i++) t.true((await answer(client)).body.equals(medium.subarray(1000, 101_000)));
  }
});

test.serial('without a descriptor left it says so, and goes on', async (t) => {
  const server = await startServer(t, PROGRAM, { args: ['--root', root, '--with', 'splice'], descriptors: 48 });
  const clients: Client[] = [];
  const free = (): number => 48 - openDescriptors(server);
  while (free() > 0) {
    const before = free();
    clients.push(await connectTo(t, server));
    await until(() => free() < before, 'it is accepted');
  }
  t.is((await head(clients.at(-1)!.send(ask('/large.bin')))).status, 503);
  for (const client of clients) client.reset();
  await until(async () => (await get(t, server, '/hello.txt')).status === 200, 'it serves again');
});

test.serial('SIGINT and SIGTERM end it', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const server = await startServer(t, PROGRAM, { args: ['--root', root] });
    t.is(await server.stop(signal), signal);
  }
});
