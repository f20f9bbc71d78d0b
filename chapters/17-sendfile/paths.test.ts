/** Nothing but what lies below the root is served; and of directories what is in them. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { Head } from '../../lib/service/head.ts';
import { connectTo } from '../../lib/testing/client.ts';
import { settled } from '../../lib/testing/kernel.ts';
import { refusing, withoutProc } from '../../lib/testing/lacking.ts';
import { patiently, startProgram, startServer } from '../../lib/testing/server.ts';
import { Traced } from '../../lib/testing/traced.ts';
import { answer, ask, directory, FIFO, get, PROGRAM, root, serverOf } from './fixtures/served.ts';
import { Site } from './site.ts';

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

test.serial('of a directory that has more than a thousand names a page shows so many, and says so', async (t) => {
  mkdirSync(join(root, 'many'));
  for (let i = 0; i < 1001; i++) writeFileSync(join(root, 'many', `${i}`), '');
  const server = await serverOf();
  const page = async (): Promise<string> => (await get(t, server, '/many/')).body.toString();
  const shown = (text: string): number => text.match(/<td><a /g)!.length;
  const more = await page();
  t.is(shown(more), 1000);
  t.regex(more, /There are more than these 1,000\./);
  rmSync(join(root, 'many', '0'));
  const all = await page();
  t.is(shown(all), 1000);
  t.notRegex(all, /There are more/);
});

// What is missing.

for (const errno of ['ENOSYS', 'EPERM']) {
  test.serial(`where openat2 is answered with ${errno}, the server says so, and follows no links`, async (t) => {
    const server = await startServer(t, PROGRAM, { args: ['--root', root], by: refusing('openat2', errno) });
    t.deepEqual(server.stderr, ['17-sendfile files: there is no openat2 here; symbolic links are not followed']);
    t.is((await get(t, server, '/sub/inner.html')).body.toString(), '<p>inner\n');
    t.is((await get(t, server, '/within')).status, 403);
    t.is((await get(t, server, '/up/secret.txt')).status, 404);
  });
}

test.serial('without /proc it says in one line what it wants that for', async (t) => {
  const by = withoutProc();
  if (by === undefined) {
    t.log('NOT CHECKED: a place without /proc cannot be made here');
    t.pass();
    return;
  }
  const program = startProgram(t, PROGRAM, { args: ['--port', '0', '--root', root], by });
  t.is(await patiently(program.ended, 'end'), 1);
  t.deepEqual(program.stdout, []);
  t.deepEqual(program.stderr, [
    '17-sendfile files: there is no /proc here, through which files are opened that were found',
  ]);
});

test.serial('what fails for another reason than the path is not said to be gone', (t) => {
  for (const [errno, status] of [
    ['ENOENT', 404],
    ['EXDEV', 404],
    ['EACCES', 403],
    ['EMFILE', 503],
    ['EIO', 500],
  ] as const) {
    const request = new Head();
    request.target = '/x';
    const { text } = new Site(-1, () => -constants.errno[errno]).answer(request);
    t.regex(text, new RegExp(`^HTTP/1\\.1 ${status} `), errno);
  }
});
