/** The file server moves bytes as its chapter says: seen in its system calls, in its segments, and in what it holds. */

import { closeSync, copyFileSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { AF_INET, type SocketAddress } from '../../lib/sys/address.ts';
import { check } from '../../lib/sys/errors.ts';
import { sendfile } from '../../lib/sys/file.ts';
import { Descriptors } from '../../lib/sys/fixtures/resources.ts';
import { read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import * as s from '../../lib/sys/socket.ts';
import { getTcpInfo, TCP_CORK, TCP_QUICKACK, TcpInfo } from '../../lib/sys/tcp.ts';
import { connectTo } from '../../lib/testing/client.ts';
import { demonstrate } from '../../lib/testing/demonstration.ts';
import { openDescriptors } from '../../lib/testing/footprint.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { startServer } from '../../lib/testing/server.ts';
import { traces } from '../../lib/testing/traced.ts';
import { transcript } from '../../lib/testing/transcript.ts';
import {
  answer,
  ask,
  directory,
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

const traceOf = traces(test);
makeLarge();

test.serial(
  'each way makes the calls that the chapter says, and the bytes pass through this process in one of them only',
  async (t) => {
    for (const [way, calls] of [
      ['read', ['pread', 'write']],
      ['sendfile', ['sendfile']],
      ['splice', ['splice']],
    ] as const) {
      const traced = await traceOf(PROGRAM, '--root', root, '--with', way);
      t.true((await get(t, traced.server, '/medium.bin')).body.equals(medium));
      await settled(traced.server);
      const moved = traced.calls('pread', 'write', 'sendfile', 'splice').filter(({ result }) => result > 0);
      const [first, ...rest] = moved;
      t.is(first!.call, 'write', 'the head');
      t.deepEqual([...new Set(rest.map(({ call }) => call))].sort(), [...calls]);
      const total = rest.reduce((sum, { result }) => sum + result, 0);
      t.is(total, way === 'sendfile' ? MEDIUM : 2 * MEDIUM); // into the process or the pipe, and out of it
      const most = Math.max(...rest.map(({ result }) => result));
      t.true(way === 'sendfile' ? most > 65_536 : most <= 65_536, `${most} bytes in a call`);
    }
  },
);

test.serial('what the socket has been given by sendfile and splice is still the file', async (t) => {
  const lines = await demonstrate(t, 'chapters/17-sendfile/copies.ts', { args: ['--directory', directory] });
  const text = new URL('./README.md', import.meta.url);
  t.deepEqual(lines, transcript(text, 'npx tsx chapters/17-sendfile/copies.ts'));
  t.deepEqual(
    lines.slice(1).map((line) => line.trim()),
    [
      '--with read      As: the bytes were copied',
      '--with sendfile  Bs: they were not',
      '--with splice    Bs: they were not',
    ],
  );
});

test.serial('a slow reader holds a connection and a file, and with splice a pipe beside them', async (t) => {
  for (const [way, descriptors] of [
    ['read', 2],
    ['sendfile', 2],
    ['splice', 4],
  ] as const) {
    const server = await startServer(t, PROGRAM, { args: ['--root', root, '--with', way] });
    const before = openDescriptors(server);
    const clients = await Promise.all(Array.from({ length: 10 }, () => connectTo(t, server)));
    for (const client of clients) t.is((await head(client.send(ask('/large.bin')))).status, 200);
    await settled(server);
    t.is(openDescriptors(server) - before, 10 * descriptors, way); // connection and file, and both ends of a pipe
  }
});

test.serial('a file that is renamed over while it is sent arrives as it was', async (t) => {
  const server = await serverOf();
  const path = join(root, 'replaced');
  copyFileSync(join(root, 'large.bin'), path);
  const client = await connectTo(t, server);
  t.is((await head(client.send(ask('/replaced')))).status, 200);
  await settled(server);
  writeFileSync(`${path}.new`, 'B'.repeat(100));
  renameSync(`${path}.new`, path);
  let got = 0;
  while (got < LARGE) {
    const bytes = await client.read(1_048_576);
    t.true(bytes.length > 0 && bytes.every((byte) => byte === 0x41));
    got += bytes.length;
  }
  t.is((await get(t, server, '/replaced')).body.toString(), 'B'.repeat(100));
});

for (const way of WAYS) {
  test.serial(`--with ${way}: a connection that has sent a megabyte gives the others their turn`, async (t) => {
    const traced = await traceOf(PROGRAM, '--root', root, '--with', way);
    const client = await connectTo(t, traced.server);
    client.send(ask('/large.bin'));
    await head(client);
    t.is(await client.skip(LARGE), LARGE);
    await settled(traced.server);
    let turn = 0;
    let sent = 0;
    for (const { call, result } of traced.calls('epoll_wait', 'write', 'sendfile', 'splice')) {
      if (call === 'epoll_wait') turn = 0;
      else if (result > 0) {
        const bytes = call === 'splice' ? result / 2 : result; // into the pipe, and out of it
        turn += bytes;
        sent += bytes;
        t.true(turn < 2 ** 21, `${turn} bytes in one turn`); // a megabyte, and what the call that completes it sends more
      }
    }
    t.true(sent > LARGE);
  });
}

test.serial('while the socket takes no more, nothing is read: a client cannot pile up requests', async (t) => {
  const traced = await traceOf(PROGRAM, '--root', root);
  const client = await connectTo(t, traced.server);
  client.send(ask('/large.bin'));
  await head(client);
  await settled(traced.server);
  traced.forget();
  client.send(ask('/hello.txt').repeat(100));
  await settled(traced.server);
  t.deepEqual(traced.calls('read'), []);
  t.is(await client.skip(LARGE), LARGE);
  for (let i = 0; i < 100; i++) t.is((await answer(client)).body.toString(), 'hello\n');
});

/** A client's end of a connection, and what TCP_INFO says of it. */
function connectRaw(fds: Descriptors, server: SocketAddress): { fd: number; look: () => TcpInfo } {
  const fd = fds.keep(s.socket(AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC, 0));
  check(s.connect(fd, server), 'connect');
  const info = new TcpInfo();
  const look = (): TcpInfo => {
    check(getTcpInfo(fd, info), 'getsockopt');
    return info;
  };
  return { fd, look };
}

test.serial('the head has a segment of its own, and the file does not wait until that is acknowledged', async (t) => {
  const { host, port } = await serverOf();
  const { fd, look } = connectRaw(new Descriptors(t), { host, port });
  const memory = Memory.allocate(4096);
  const acknowledgements = ({ segmentsOut, dataSegmentsOut }: TcpInfo): number => segmentsOut - dataSegmentsOut;
  let unasked = 0;
  for (let i = 0; i < 9; i++) {
    check(s.setsockopt(fd, s.IPPROTO_TCP, TCP_QUICKACK, 0), 'setsockopt'); // with Nagle's algorithm, this would take 40 ms
    const came = look().dataSegmentsIn;
    const before = acknowledgements(look());
    check(write(fd, memory, 0, memory.bytes.write(ask('/hello.txt'))), 'write');
    while (look().dataSegmentsIn < came + 2) {} // at once: a segment that is not acknowledged soon is sent once more
    if (look().dataSegmentsIn === came + 2 && acknowledgements(look()) === before) unasked++; // else the look was late
    let text = '';
    while (!text.endsWith('\r\n\r\nhello\n')) {
      text += memory.bytes.toString('latin1', 0, check(read(fd, memory, 0, 4096), 'read'));
    }
  }
  t.true(unasked > 0);
});

test.serial('with a cork around both, head and file go in one segment', (t) => {
  const fds = new Descriptors(t);
  const listener = fds.keep(s.openListener({ host: '127.0.0.1', port: 0 }));
  const { fd, look } = connectRaw(fds, s.getsockname(listener));
  const server = fds.keep(s.accept4(listener, s.SOCK_CLOEXEC));
  const file = openSync(join(root, 'hello.txt'), 'r');
  t.teardown(() => closeSync(file));
  const memory = Memory.allocate(200);
  check(s.setsockopt(server, s.IPPROTO_TCP, TCP_CORK, 1), 'setsockopt');
  t.is(write(server, memory, 0, 100), 100);
  t.is(sendfile(server, file, 0, 6), 6);
  check(s.setsockopt(server, s.IPPROTO_TCP, TCP_CORK, 0), 'setsockopt');
  for (let got = 0; got < 106; ) got += check(read(fd, memory, 0, 200), 'read');
  t.is(look().dataSegmentsIn, 1);
});
