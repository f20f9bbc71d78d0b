/** The file server speaks HTTP: what it says of a file, which part of it is sent, and to whom nothing is. */

import { spawnSync } from 'node:child_process';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { connectTo } from '../../lib/testing/client.ts';
import { startProgram } from '../../lib/testing/server.ts';
import {
  type Answer,
  answer,
  ask,
  directory,
  get,
  MEDIUM,
  medium,
  PROGRAM,
  root,
  serverOf,
} from './fixtures/served.ts';

test.serial('HEAD says what GET says, and sends nothing of the file', async (t) => {
  const server = await serverOf();
  for (const path of ['/hello.txt', '/medium.bin', '/nothing.txt', '/sub/', '/sub', '/none', '/fifo', '/within']) {
    const [one, other] = [await get(t, server, path), await get(t, server, path, [], 'HEAD')];
    t.is(one.status, other.status);
    const timeless = ({ fields }: Answer): [string, string][] => [...fields].filter(([name]) => name !== 'date');
    t.deepEqual(timeless(one), timeless(other), path);
  }
  const client = await connectTo(t, server);
  client.send(ask('/medium.bin', [], 'HEAD') + ask('/medium.bin', ['Range: bytes=0-0'], 'HEAD') + ask('/hello.txt'));
  for (const status of [200, 200]) t.is((await answer(client, false)).status, status, 'a range is for GET alone');
  t.is((await answer(client)).body.toString(), 'hello\n');
});

test.serial('the type is told by the ending', async (t) => {
  const server = await serverOf();
  for (const [path, type] of [
    ['/hello.txt', 'text/plain; charset=utf-8'],
    ['/sub/inner.html', 'text/html; charset=utf-8'],
    ['/medium.bin', 'application/octet-stream'],
    ['/sub/', 'text/html; charset=utf-8'],
  ] as const) {
    t.is((await get(t, server, path, [], 'HEAD')).fields.get('content-type'), type);
  }
});

test.serial('who has the file already is told that nothing has changed, until something has', async (t) => {
  const server = await serverOf();
  const path = join(root, 'changes.txt');
  writeFileSync(path, 'one');
  const { fields } = await get(t, server, '/changes.txt');
  const [tag, date] = [fields.get('etag')!, fields.get('last-modified')!];
  const old = new Date(0).toUTCString();
  for (const [field, status] of [
    [`If-None-Match: ${tag}`, 304],
    [`If-None-Match: "x", W/${tag}`, 304],
    ['If-None-Match: *', 304],
    ['If-None-Match: "x"', 200],
    [`If-Modified-Since: ${date}`, 304],
    [`If-Modified-Since: ${old}`, 200],
    ['If-Modified-Since: yesterday', 200],
    [`If-Match: ${tag}`, 200],
    ['If-Match: *', 200],
    [`If-Match: W/${tag}`, 412],
    ['If-Match: "x"', 412],
    [`If-Unmodified-Since: ${date}`, 200],
    [`If-Unmodified-Since: ${old}`, 412],
  ] as const) {
    t.is((await get(t, server, '/changes.txt', [field])).status, status, field);
  }
  const both = [`If-None-Match: "x"`, `If-Modified-Since: ${date}`];
  t.is((await get(t, server, '/changes.txt', both)).status, 200, 'the tag decides');
  t.is((await get(t, server, '/changes.txt', [`If-None-Match: ${tag}`])).fields.get('etag'), tag);
  writeFileSync(path, 'two!');
  t.is((await get(t, server, '/changes.txt', [`If-None-Match: ${tag}`])).status, 200);
});

test.serial('a file from tomorrow is said to be from now', async (t) => {
  const server = await serverOf();
  const path = join(root, 'tomorrow.txt');
  writeFileSync(path, 'later');
  const tomorrow = new Date(Date.now() + 86_400_000);
  utimesSync(path, tomorrow, tomorrow);
  const { fields } = await get(t, server, '/tomorrow.txt');
  t.true(Date.parse(fields.get('last-modified')!) <= Date.parse(fields.get('date')!));
});

test.serial('a range of another version is answered with the whole file', async (t) => {
  const server = await serverOf();
  const range = 'Range: bytes=4-';
  const { fields } = await get(t, server, '/hello.txt');
  for (const [condition, status] of [
    [fields.get('etag')!, 206],
    ['"x"', 200],
    [`W/${fields.get('etag')}`, 200],
    [fields.get('last-modified')!, 200],
  ] as const) {
    t.is((await get(t, server, '/hello.txt', [range, `If-Range: ${condition}`])).status, status, condition);
  }
});

test.serial(
  'a range beyond the end cannot be had; one that is none, and several, are answered with the whole file',
  async (t) => {
    const server = await serverOf();
    for (const range of ['bytes=6-', 'bytes=6-6', 'bytes=999-', 'bytes=-0']) {
      const { status, fields } = await get(t, server, '/hello.txt', [`Range: ${range}`]);
      t.deepEqual([status, fields.get('content-range')], [416, 'bytes */6'], range);
    }
    for (const range of ['bytes=-', 'bytes=3-2', 'bytes=a-b', 'lines=1-2', 'bytes=0-0,2-2', 'bytes 0-1', 'bytes=1']) {
      const { status, body } = await get(t, server, '/hello.txt', [`Range: ${range}`]);
      t.deepEqual([status, body.toString()], [200, 'hello\n'], range);
    }
    for (const range of ['bytes=0-', 'bytes=-5', 'bytes=0-0']) {
      t.is((await get(t, server, '/nothing.txt', [`Range: ${range}`])).status, 200, 'of nothing there is no part');
    }
  },
);

test.serial('curl resumes where it was cut off, and notices that it has all', async (t) => {
  const server = await serverOf();
  const part = join(directory, 'part.bin');
  for (const length of [0, 1, 65_536, MEDIUM - 1, MEDIUM]) {
    writeFileSync(part, medium.subarray(0, length));
    const url = `http://127.0.0.1:${server.port}/medium.bin`;
    const { status, stdout } = spawnSync('curl', ['-sS', '-C', '-', '-o', part, '-w', '%{size_download}', url]);
    t.is(status, 0);
    if (length < MEDIUM) t.is(Number(stdout), MEDIUM - length, 'no byte twice');
    t.true(readFileSync(part).equals(medium));
  }
});

test.serial('a head in pieces is answered, a half-close too, and what is no request ends the connection', async (t) => {
  const server = await serverOf();
  const client = await connectTo(t, server);
  for (const byte of `\r\n${ask('/hello.txt')}`) client.send(byte);
  t.is((await answer(client)).body.toString(), 'hello\n');
  client.send(ask('/medium.bin') + ask('/hello.txt')).end();
  t.true((await answer(client)).body.equals(medium));
  t.is((await answer(client)).body.toString(), 'hello\n');
  t.is((await client.rest()).length, 0);
  for (const [bytes, status] of [
    ['nonsense\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\n\r\n`, 400],
    [`GET /${'x'.repeat(9000)}`, 414],
    [ask('/', [`X: ${'x'.repeat(9000)}`]), 431],
    [ask('/', ['Content-Length: 3']), 400],
    ['GET / HTTP/2.0\r\n\r\n', 505],
    [ask('/', [], 'BREW'), 501],
  ] as const) {
    const bad = await connectTo(t, server);
    const { status: got, fields } = await answer(bad.send(bytes));
    t.deepEqual([got, fields.get('connection')], [status, 'close']);
    t.is((await bad.rest()).length, 0);
  }
  const post = await get(t, server, '/', [], 'POST');
  t.deepEqual([post.status, post.fields.get('allow')], [405, 'GET, HEAD']);
});

test.serial(
  'a mistake on the command line is one line and status 2; a root that is not there one line and status 1',
  async (t) => {
    for (const [args, status, what] of [
      [['--with', 'magic'], 2, /--with/],
      [['--port', 'x'], 2, /--port/],
      [['word'], 2, /argument/],
      [['--root', join(directory, 'none'), '--port', '0'], 1, /none: no such file or directory/],
      [['--root', join(root, 'hello.txt'), '--port', '0'], 1, /not a directory/],
    ] as const) {
      const program = startProgram(t, PROGRAM, { args });
      t.is(await program.ended, status);
      t.deepEqual([program.stdout.length, program.stderr.length], [0, 1]);
      t.regex(program.stderr[0]!, what);
      t.true(program.stderr[0]!.startsWith('17-sendfile files: '));
    }
  },
);
