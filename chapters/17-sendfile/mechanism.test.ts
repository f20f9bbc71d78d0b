/** The file server does what its chapter says: seen by clients, in its system calls, and in what it holds. */

import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Client, connectTo } from '../../lib/testing/client.ts';
import { openDescriptors } from '../../lib/testing/footprint.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { launchServer, type Server, startProgram, startServer, until } from '../../lib/testing/server.ts';
import { Traced } from '../../lib/testing/traced.ts';

const PROGRAM = 'chapters/17-sendfile/files.ts';
const WAYS = ['read', 'sendfile', 'splice'] as const;
/** More than a socket and its peer hold: 4 MiB and 32 MiB at most, as the kernel is set by default. */
const LARGE = 64 * 1024 * 1024;
const MEDIUM = 3_000_017;
const medium = randomBytes(MEDIUM);

const directory = mkdtempSync(join(tmpdir(), 'sockets-files-'));
const root = join(directory, 'root');
const FIFO = 'fifo';
mkdirSync(join(root, 'sub'), { recursive: true });
mkdirSync(join(root, 'empty'));
writeFileSync(join(root, 'hello.txt'), 'hello\n');
writeFileSync(join(root, 'nothing.txt'), '');
writeFileSync(join(root, 'medium.bin'), medium);
writeFileSync(join(root, 'large.bin'), Buffer.alloc(LARGE, 'A'));
writeFileSync(join(root, 'sub', 'inner.html'), '<p>inner\n');
writeFileSync(join(root, `<i>&"'.txt`), 'odd\n');
writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0x25, 0x32, 0x66])]), 'bytes\n'); // \xff%2f
writeFileSync(join(directory, 'secret.txt'), 'secret\n');
symlinkSync('../secret.txt', join(root, 'out'));
symlinkSync(join(directory, 'secret.txt'), join(root, 'absolute'));
symlinkSync('..', join(root, 'up'));
symlinkSync('sub/inner.html', join(root, 'within'));
symlinkSync('itself', join(root, 'itself'));
execFileSync('mkfifo', [join(root, FIFO)]);
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

const servers = new Map<string, Promise<Server>>();
test.after.always(() => Promise.all([...servers.values()].map(async (server) => (await server).kill())));

/** A server that all tests share, by its options. */
function serverOf(...args: string[]): Promise<Server> {
  const key = args.join(' ');
  const server = servers.get(key) ?? launchServer(PROGRAM, { args: ['--root', root, ...args] });
  servers.set(key, server);
  return server;
}

interface Answer {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

function ask(path: string, fields: readonly string[] = [], method = 'GET'): string {
  return `${method} ${path} HTTP/1.1\r\nHost: x\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
}

/** Reads the head of an answer. */
async function head(client: Client): Promise<Omit<Answer, 'body'>> {
  const lines: string[] = [];
  for (let line = await client.line(); line !== '\r'; line = await client.line()) {
    if (line === '') throw new Error(`the connection ended in a head: ${lines.join('|')}`);
    lines.push(line.slice(0, -1));
  }
  const [first = '', ...rest] = lines;
  const fields = rest.map((line) => [line.split(':')[0]!.toLowerCase(), line.replace(/^[^:]*: */, '')] as const);
  return { status: Number(/^HTTP\/1\.1 (\d{3}) [A-Z]/.exec(first)?.[1]), fields: new Map(fields) };
}

async function answer(client: Client, bodies = true): Promise<Answer> {
  const { status, fields } = await head(client);
  const length = bodies && status !== 304 ? Number(fields.get('content-length')) : 0;
  return { status, fields, body: length === 0 ? Buffer.alloc(0) : await client.read(length) };
}

/** Asks once, on a connection of its own. */
async function get(
  t: ExecutionContext,
  server: Server,
  path: string,
  fields: readonly string[] = [],
  method = 'GET',
): Promise<Answer> {
  const client = await connectTo(t, server);
  const got = await answer(client.send(ask(path, fields, method)), method !== 'HEAD');
  client.close();
  return got;
}

// What is sent.

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

// How it is sent.

test.serial(
  'each way makes the calls that the chapter says, and the bytes pass through this process in one of them only',
  async (t) => {
    for (const [way, calls] of [
      ['read', ['pread', 'write']],
      ['sendfile', ['sendfile']],
      ['splice', ['splice']],
    ] as const) {
      const traced = await Traced.launch(PROGRAM, ['--root', root, '--with', way]);
      t.teardown(() => traced.kill());
      await settled(traced.server);
      traced.forget();
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
  const program = startProgram(t, 'chapters/17-sendfile/copies.ts', { args: ['--directory', directory] });
  t.is(await program.ended, 0, program.stderr.join('\n'));
  t.deepEqual(
    program.stdout.slice(1).map((line) => line.trim()),
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

// What is refused.

for (const walk of [[], ['--walk']]) {
  test.serial(
    `nothing outside the root is served${walk.length > 0 ? ', on a kernel without openat2 either' : ''}`,
    async (t) => {
      const server = await serverOf(...walk);
      const client = await connectTo(t, server);
      for (const path of [
        '/../secret.txt',
        '/sub/../../secret.txt',
        '/%2e%2e/secret.txt',
        '/.%2E/secret.txt',
        '/..%2fsecret.txt',
        '/sub%2f..%2f..%2fsecret.txt',
        '/%252e%252e/secret.txt',
        '/%252e%252e%252fsecret.txt',
        '/..%5csecret.txt',
        '/out',
        '/absolute',
        '/up/secret.txt',
        '/up/',
        '/up',
        '/itself',
        '/hello.txt%00',
        '/hello.txt%00.html',
        '/%00',
        '//etc/passwd',
        `/${directory}/secret.txt`,
        '/sub//inner.html',
        '/./hello.txt',
        '/sub/.',
        '/hello.txt/',
        '/hello.txt/x',
        `/${'x'.repeat(300)}`,
        `/${'x/'.repeat(2500)}`,
        'http://x/../secret.txt',
        '/proc/self/root/etc/passwd',
      ]) {
        const { status, body } = await answer(client.send(ask(path)));
        t.true(status === 404 || (walk.length > 0 && status === 403), `${path}: ${status}`);
        t.false(body.includes('secret\n'), path);
      }
      const within = await answer(client.send(ask('/within')));
      t.is(within.status, walk.length > 0 ? 403 : 200, 'a link that stays inside');
      t.is((await answer(client.send(ask('/sub/inner.html')))).body.toString(), '<p>inner\n');
    },
  );
}

test.serial('a path is refused before the kernel hears of it, or by one call', async (t) => {
  const traced = await Traced.launch(PROGRAM, ['--root', root]);
  t.teardown(() => traced.kill());
  const opened = async (path: string): Promise<number[]> => {
    await settled(traced.server);
    traced.forget();
    t.is((await get(t, traced.server, path)).status, 404);
    await settled(traced.server);
    return traced.calls('openat', 'openat2').map(({ result }) => result);
  };
  for (const path of ['/../secret.txt', '/..%2fsecret.txt', '/hello.txt%00', '//etc/passwd']) {
    t.deepEqual(await opened(path), [], path);
  }
  t.deepEqual(await opened('/out'), [-18], 'EXDEV');
  t.deepEqual(await opened('/%252e%252e/secret.txt'), [-2], 'ENOENT: a name like another');
});

test.serial('FIFOs and devices are refused, and nobody waits or is woken', async (t) => {
  const server = await serverOf();
  // A writer waits for a reader in open(2): it must go on waiting.
  const writer = startProgram(t, 'chapters/17-sendfile/fixtures/writer.ts', { args: [join(root, FIFO)] });
  await writer.line(/opening/);
  for (const method of ['GET', 'HEAD']) t.is((await get(t, server, `/${FIFO}`, [], method)).status, 403);
  t.deepEqual(writer.stdout, ['opening']);
  const devices = await startServer(t, PROGRAM, { args: ['--root', '/dev'] });
  t.is((await get(t, devices, '/zero')).status, 403);
  t.is((await get(t, devices, '/null', [], 'HEAD')).status, 403);
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

// What is said of it.

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

// Directories.

test.serial(
  'a directory is listed: every name is a link that works, whatever bytes it has, and none is markup',
  async (t) => {
    const server = await serverOf();
    const page = (await get(t, server, '/')).body.toString();
    const links = Array.from(page.matchAll(/<a href="([^"]*)">(.*?)<\/a>/g), ([, href = '', text = '']) => ({
      href,
      text,
    }));
    t.true(links.every(({ href, text }) => /^\.\/[\w.~%-]+\/?$/.test(href) && !/[<>"']/.test(text)));
    const texts = links.map(({ text }) => text);
    t.deepEqual(texts.slice(0, 2), ['empty/', 'sub/'], 'directories first');
    t.true(texts.includes('&#60;i&#62;&#38;&#34;&#39;.txt'), texts.join(' '));
    const expected: Readonly<Record<string, number>> = { fifo: 403, out: 404, absolute: 404, up: 404, itself: 404 };
    for (const { href, text } of links) {
      t.is((await get(t, server, href.slice(1), [], 'HEAD')).status, expected[text] ?? 200, href);
    }
    const odd = links.find(({ href }) => href === './%FF%252f');
    t.is((await get(t, server, odd!.href.slice(1))).body.toString(), 'bytes\n');
    t.regex((await get(t, server, '/empty/')).body.toString(), /Nothing is in it/);
  },
);

test.serial('without its slash a directory sends the client to where the links are right', async (t) => {
  const server = await serverOf();
  const { status, fields } = await get(t, server, '/sub?x=1');
  t.deepEqual([status, fields.get('location')], [301, '/sub/']);
  t.is((await get(t, server, '//sub')).status, 404, 'to no other host');
});

test.serial('links in a listing are not looked behind', async (t) => {
  const server = await serverOf();
  const page = (await get(t, server, '/')).body.toString();
  t.regex(page, /hello\.txt<\/a><\/td><td>6<\/td>/);
  t.regex(page, /out<\/a><\/td><td><\/td>/);
});

// The protocol, and the command line.

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

test.serial('many clients at once have what they asked for', async (t) => {
  const server = await serverOf('--with', 'splice');
  const clients = await Promise.all(Array.from({ length: 100 }, () => connectTo(t, server)));
  for (const client of clients) client.send(ask('/medium.bin', ['Range: bytes=1000-100999']).repeat(3));
  for (const client of clients) {
    for (let i = 0; i < 3; i++) t.true((await answer(client)).body.equals(medium.subarray(1000, 101_000)));
  }
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

test.serial('SIGINT and SIGTERM end it', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const server = await startServer(t, PROGRAM, { args: ['--root', root] });
    t.is(await server.stop(signal), signal);
  }
});
