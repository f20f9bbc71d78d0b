/** The dashboard's parts, each by itself. */

import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { Audience, event, MOST_PAGES } from './audience.ts';
import { Budget } from './budget.ts';
import { nameOf, optionOf, script } from './chapter.ts';
import { History } from './history.ts';
import { isOurs } from './http.ts';
import { coreTimes, netstat } from './machine.ts';
import { Rate } from './rate.ts';
import { addressText } from './sockets.ts';
import { TraceTail } from './trace.ts';

test('what is dear to look at is looked at rarely, and takes its share of the time', (t) => {
  let [now, spent, looks] = [0, 0, 0];
  const budget = new Budget(
    0.01,
    () => now,
    () => spent,
  );
  for (; now < 600_000; now += 400) {
    const seen = budget.look(() => {
      looks++;
      spent += 30;
      return true;
    });
    t.true(seen === true || seen === undefined);
  }
  t.true(looks > 150, `${looks} looks`);
  t.true(spent / now < 0.0125, `${(100 * spent) / now} per cent, of which some is from the beginning`);
});

test('what is cheap is looked at each time, and one dear look does not keep the next from coming soon', (t) => {
  let [now, spent, looks] = [0, 0, 0];
  const budget = new Budget(
    0.01,
    () => now,
    () => spent,
  );
  const costs = [500, ...Array<number>(99).fill(0.5)];
  for (const cost of costs) {
    budget.look(() => {
      looks++;
      spent += cost;
    });
    now += 400;
  }
  t.is(looks, 100);
});

test('a chapter is known by the script that Node runs, wherever it was started', (t) => {
  const names: [string, string, string | undefined][] = [
    ['node --import tsx chapters/09-epoll/server.ts --port 0', '/w', '09-epoll'],
    [
      '/usr/bin/node --require /x/preflight.cjs --import file:///x/loader.mjs chapters/09-epoll/chat.ts',
      '/w',
      '09-epoll/chat',
    ],
    ['node --import=tsx server.ts', '/w/chapters/05-prefork', '05-prefork'],
    ['node /w/chapters/05-prefork/server', '/', '05-prefork'],
    ['node --import tsx ../exercises/03-x/start/server.ts', '/w/site', '03-x/start/server'],
    // Those that start one, or speak of it, are none.
    ['node /w/node_modules/.bin/tsx chapters/09-epoll/server.ts', '/w', undefined],
    ['npm exec tsx chapters/09-epoll/server.ts', '/w', undefined],
    ['sh -c node chapters/09-epoll/server.ts', '/w', undefined],
    ['vi chapters/09-epoll/server.ts', '/w', undefined],
    ['node /w/node_modules/ava/cli.mjs chapters/conformance.test.ts', '/w', undefined],
    ['node', '/w/chapters/09-epoll', undefined],
    ['', '/', undefined],
  ];
  for (const [words, folder, name] of names)
    t.is(
      nameOf(words.split(' '), () => folder),
      name,
      words,
    );
  t.deepEqual(script(['node', '-r', 'a.ts', '--inspect', 'b.ts', '--import', 'c']), ['b.ts', '--import', 'c']);
});

test('an option’s last value counts, said in either way', (t) => {
  t.is(optionOf(['x', '--trace', 'a', '--trace=b'], '--trace'), 'b');
  t.is(optionOf(['x', '--trace=b', '--trace', 'a'], '--trace'), 'a');
  t.is(optionOf(['x', '--traces', 'a'], '--trace'), undefined);
  t.is(optionOf(['x', '--trace'], '--trace'), undefined);
});

test('the history has the last entries, in their order', (t) => {
  const history = new History(3);
  t.is(history.json(), '[]');
  for (let i = 1; i <= 3; i++) history.add(`${i}`);
  t.is(history.json(), '[1,2,3]');
  for (let i = 4; i <= 8; i++) history.add(`${i}`);
  t.is(history.json(), '[6,7,8]');
});

/** A page that takes nothing until it is told to. */
class Deaf extends Writable {
  readonly heard: string[] = [];
  #next = (): void => {};

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.heard.push(chunk.toString());
    this.#next = done;
  }

  take(): void {
    this.#next();
  }
}

test('a page that does not listen is dropped after a while, and one that listens again is not', async (t) => {
  let now = 0;
  const audience = new Audience(() => now);
  const [deaf, slow] = [new Deaf({ highWaterMark: 10 }), new Deaf({ highWaterMark: 10 })];
  for (const page of [deaf, slow]) t.true(audience.join(page, event('history', '[]')));
  now = 9000;
  audience.tell(event('sample', '1'));
  t.is(audience.size, 2);
  const drained = new Promise((resolve) => slow.once('drain', resolve));
  for (const _ of ['the first', 'the second']) {
    slow.take();
    await new Promise(setImmediate);
  }
  await drained;
  now = 11_000;
  audience.tell(event('sample', '2'));
  await new Promise(setImmediate);
  t.true(deaf.destroyed);
  t.false(slow.destroyed);
  t.is(audience.size, 1);
});

test('there is room for so many pages, and again when one has left', async (t) => {
  const audience = new Audience();
  const pages = Array.from({ length: MOST_PAGES }, () => new Deaf());
  for (const page of pages) t.true(audience.join(page, ''));
  t.false(audience.join(new Deaf(), ''));
  pages[0]!.destroy();
  await new Promise(setImmediate);
  t.true(audience.join(new Deaf(), ''));
  audience.close();
  await new Promise(setImmediate);
  t.true(pages.every(({ destroyed }) => destroyed));
  t.is(audience.size, 0);
});

test('a Host is ours when it is an address, localhost, or the name that was said', (t) => {
  for (const host of ['127.0.0.1', '127.0.0.1:3000', '[::1]:3000', 'LOCALHOST:1', 'box:3000'])
    t.true(isOurs(host, 'box'), host);
  for (const host of [
    undefined,
    '',
    'evil.example',
    'box.evil.example:3000',
    '127.0.0.1.x',
    'localhost:3000@evil',
    '[evil]:1',
  ]) {
    t.false(isOurs(host, 'box'), host);
  }
});

const file = (t: ExecutionContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'trace.jsonl');
};
const line = (call: string): string =>
  `{"time":1.5,"pid":1,"thread":0,"call":"${call}","fd":3,"result":5,"duration":2}\n`;

test('a trace is counted as it grows: what was there does not count, half a line waits, and an emptied file begins anew', (t) => {
  const path = file(t);
  writeFileSync(path, line('socket'));
  const tail = new TraceTail(path);
  t.teardown(() => tail.close());
  const counts = (): object => Object.fromEntries(tail.counts);
  tail.look();
  t.deepEqual(counts(), {});
  const [half, rest] = [line('read').slice(0, 30), line('read').slice(30)];
  appendFileSync(path, line('read') + line('write') + half);
  tail.look();
  t.deepEqual(counts(), { read: 1, write: 1 });
  tail.look();
  appendFileSync(path, rest);
  tail.look();
  t.deepEqual(counts(), { read: 2, write: 1 });
  truncateSync(path, 0);
  appendFileSync(path, line('accept4'));
  tail.look();
  t.deepEqual(counts(), { read: 2, write: 1, accept4: 1 });
});

test('of a trace that grows too fast a part stands for all; one that is no file, or not there yet, does no harm', (t) => {
  const path = file(t);
  const tail = new TraceTail(path);
  t.teardown(() => tail.close());
  tail.look();
  writeFileSync(path, '');
  tail.look();
  appendFileSync(path, (line('read') + line('write') + line('read')).repeat(10_000));
  tail.look();
  t.true(Math.abs(tail.counts.get('read')! - 20_000) < 200, `${tail.counts.get('read')}`);
  t.true(Math.abs(tail.counts.get('write')! - 10_000) < 200);
  const directory = new TraceTail(tmpdir());
  directory.look();
  t.is(directory.counts.size, 0);
});

test('a counter’s growth per second is that between two looks', (t) => {
  const rate = new Rate();
  rate.look(1000, 5000);
  t.is(rate.value, 0);
  rate.look(1200, 5400);
  t.is(rate.value, 500);
  rate.look(1200, 5800);
  t.is(rate.value, 0);
});

test('/proc/stat and /proc/net/netstat are read as proc(5) describes them', (t) => {
  const stat = 'cpu  9 9 9 9\ncpu0 100 10 50 1000 5 6 7 8 90 9\ncpu1 1 2 3 4 5 6 7 8 0 0\nintr 5\n';
  t.deepEqual(coreTimes(stat), [
    [110, 50, 7, 1186],
    [3, 3, 7, 36],
  ]);
  const text = 'TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 1 22 333\nIpExt: InNoRoutes\nIpExt: 4\n';
  t.deepEqual(
    ['ListenOverflows', 'ListenDrops', 'InNoRoutes', 'Other'].map((name) => netstat(text, name)),
    [22, 333, 4, 0],
  );
});

test('addresses are written as people do', (t) => {
  const listener = (host: string): string => addressText({ host, port: 8090, queue: 0, backlog: 0 });
  t.is(listener('7f000001'), '127.0.0.1:8090');
  t.is(listener('00000000000000000000000000000001'), '[::1]:8090');
  t.is(listener('0'.repeat(32)), '[::]:8090');
  t.is(listener('20010db8000000000000000000000001'), '[2001:db8::1]:8090');
});
