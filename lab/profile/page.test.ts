/** The page in a browser: it draws, without a network, what it is about; and it fits on a phone. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { chromium } from 'playwright-core';
import { add, type Frame, frame } from './frames.ts';
import { page } from './page.ts';

/** A thread in which `outer` calls `inner` for most of its time. */
function thread(name: string, inner: string): Frame {
  const tree = frame({ name, at: '', kind: 'program' });
  const outer = { name: 'outer', at: 'chapters/09-epoll/server.ts:39', kind: 'program' } as const;
  add(tree, [outer, { name: inner, at: 'lib/sys/io.ts:26', kind: 'call' }], 900);
  add(tree, [outer, { name: '</script><b>', at: '', kind: 'node' }], 100);
  return tree;
}

test('it draws one thread or all, marks what is looked for, and follows a click', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-profile-page-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'page.html');
  const trees = [thread('main thread', 'read'), thread('worker 2, burner.ts', 'write')];
  writeFileSync(path, page({ title: 'a <server>', facts: ['seen & told'], partial: undefined, trees }));
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  t.teardown(() => browser.close());
  const tab = await browser.newPage({ viewport: { width: 390, height: 800 }, reducedMotion: 'reduce', offline: true });
  const errors: string[] = [];
  tab.on('pageerror', ({ message }) => errors.push(message));
  await tab.goto(pathToFileURL(path).href);
  const names = (): Promise<string[]> =>
    tab.$$eval('.frame', (frames) => frames.map((one) => one.getAttribute('name') ?? ''));
  t.deepEqual((await names()).sort(), [
    ...['</script><b>', '</script><b>', 'a <server>', 'main thread', 'outer', 'outer', 'read', 'worker 2, burner.ts'],
    'write',
  ]);
  t.is(await tab.textContent('#table tr:first-child'), '45.0%0.9 msreadlib/sys/io.ts:26');
  t.true((await tab.evaluate<number>('document.documentElement.scrollWidth')) <= 390);

  await tab.selectOption('#thread', { label: 'worker 2, burner.ts' });
  t.deepEqual((await names()).sort(), ['</script><b>', 'outer', 'worker 2, burner.ts', 'write']);
  t.is(await tab.textContent('#table tr:first-child'), '90.0%0.9 mswritelib/sys/io.ts:26');

  await tab.fill('#find', 'WRITE');
  t.is(await tab.textContent('#detail'), '“WRITE”: 90.0%, 0.9 ms');
  t.is(await tab.getAttribute('.frame[name=write] rect', 'fill'), 'var(--found)');

  const width = (name: string): Promise<number> =>
    tab.$eval(`.frame[name=${name}] rect`, (rect) => Number(rect.getAttribute('width')));
  const before = await width('write');
  await tab.click('.frame[name=write]');
  await tab.waitForFunction(
    `Number(document.querySelector('.frame[name=write] rect').getAttribute('width')) > ${before}`,
  );
  t.is(Math.round(await width('write')), Math.round(await width('outer')));
  await tab.keyboard.press('Escape');
  await tab.waitForFunction(
    `Number(document.querySelector('.frame[name=write] rect').getAttribute('width')) <= ${before}`,
  );
  t.deepEqual(errors, []);
});
