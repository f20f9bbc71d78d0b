/** The dashboard's page in Chromium: what it shows while servers and loads come and go, how it is operated, and for whom. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { type ExecutionContext } from 'ava';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { launchServer, Program, type Server, startProgram, until } from '../../lib/testing/server.ts';
import { launchDashboard, load, type Running } from './fixture.ts';

const EPOLL = 'chapters/09-epoll/server.ts';
/** Nothing on the page takes so long, in milliseconds. */
const PATIENCE = 30_000;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let server: Server;
let dashboard: Running;
let browser: Browser;
/** The server, when it has been killed and started anew. */
let again: Program | undefined;
test.before(async (t) => {
  t.timeout(60_000);
  server = await launchServer(EPOLL);
  dashboard = await launchDashboard('--only', `${server.port}`);
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
});
test.after.always(async () => {
  await browser?.close();
  await dashboard?.program.kill();
  await server?.kill();
  await again?.kill();
});

/** Opens the page; what it complains of, and whom else it asks, is collected in `complaints`. */
async function open(
  t: ExecutionContext,
  width = 1280,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (one) => one.url().startsWith(dashboard.origin) || complaints.push(`asked for ${one.url()}`));
  await page.goto(dashboard.origin);
  await page.locator('#link.live').waitFor();
  await page.locator('figure canvas').first().waitFor();
  return { page, complaints };
}

/** Waits until the value that stands beside a line of a panel is as expected. */
async function value(page: Page, panel: string, label: string, expected: (value: number) => boolean): Promise<void> {
  const item = page.locator(`[data-panel="${panel}"] .legend li`, { hasText: label });
  const end = performance.now() + PATIENCE;
  for (;;) {
    const text = (await item.count()) === 0 ? '' : await item.first().locator('b').textContent();
    if (expected(Number.parseFloat((text ?? '').replaceAll(',', '')))) return;
    if (performance.now() > end) throw new Error(`${panel}: ${label} stayed at ${text}`);
    await page.waitForTimeout(50);
  }
}

/** How many pixels of a panel's chart have the colour of a custom property, or one that is mixed from it. */
function drawn(page: Page, panel: string, property: string): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('[data-panel="${panel}"] canvas');
    const name = getComputedStyle(document.documentElement).getPropertyValue('--${property}').trim();
    const color = [1, 3, 5].map((at) => parseInt(name.slice(at, at + 2), 16));
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] > 127 && color.every((part, k) => Math.abs(part - data[i + k]) < 12)) count++;
    }
    return count;
  })()`);
}

test.serial('panels move under load; a killed server is marked, and one that is started', async (t) => {
  t.timeout(120_000);
  const { page, complaints } = await open(t);
  const events = page.locator('#marks');
  await page.locator('.subjects button', { hasText: `pid ${server.pid}` }).waitFor();
  t.is(await page.locator('[data-panel="requests"] .none').textContent(), 'no load client');
  t.true(await page.locator('[data-panel="requests"] .none').isVisible());
  t.is(await drawn(page, 'connections', 'accent'), 0, 'nothing has happened yet');

  const program = load(t, server, '--connections', '8', '--rate', '300', '--duration', '5m');
  await value(page, 'requests', `:${server.port}`, (rate) => rate > 150 && rate < 600);
  await value(page, 'connections', '09-epoll', (connections) => connections === 8);
  await value(page, 'workers', '09-epoll', (connections) => connections === 8);
  await value(page, 'trips', 'p99', (trip) => trip > 0);
  await value(page, 'voluntary', '09-epoll', (switches) => switches > 20);
  t.false(await page.locator('[data-panel="requests"] .none').isVisible());
  await events.getByText(/^\d\d:\d\d:\d\d lab load .* began$/).waitFor();
  await until(async () => (await drawn(page, 'connections', 'accent')) > 50, 'the beginning of the load is a line');
  const line = async (): Promise<number> =>
    (await drawn(page, 'connections', 'c0')) + (await drawn(page, 'connections', 'c1'));
  await until(async () => (await line()) > 20, 'the connections are one');
  t.is(await drawn(page, 'connections', 'bad'), 0);

  server.child.kill('SIGKILL');
  await server.ended;
  await events.getByText(`09-epoll at 127.0.0.1:${server.port} ended`).waitFor();
  await page.locator('.subjects .ended', { hasText: `pid ${server.pid}` }).waitFor();
  await until(async () => (await drawn(page, 'connections', 'bad')) > 20, 'the end of the server is a line');
  await events.getByText(/^\d\d:\d\d:\d\d lab load .* ended$/).waitFor(); // nobody answers it any more
  t.not(await program.ended, 0);
  t.true(await page.getByText('npx lab load --connections 100').isVisible(), 'it says how to start one');

  again = new Program(EPOLL, { args: ['--port', `${server.port}`] });
  const [, pid] = await again.line(/\(pid (\d+)\)$/);
  await page.locator('.subjects button', { hasText: `pid ${pid}` }).waitFor();
  await events.getByText(`09-epoll at 127.0.0.1:${server.port} started`).waitFor();
  await until(async () => (await drawn(page, 'threads', 'brand')) > 50, 'the beginning of the server is a line');
  t.false(await page.getByText('npx lab load --connections 100').isVisible());
  t.deepEqual(complaints, []);
});

test.serial('the keys move one line through all charts, a server can be hidden, and time stopped', async (t) => {
  const { page, complaints } = await open(t);
  /** Where the line stands in each chart; below 0 where there is none. */
  const lines = (): Promise<number[]> =>
    page.evaluate<number[]>(
      `[...document.querySelectorAll('.u-cursor-x')].map((one) =>
        one.classList.contains('u-off') ? -1 : new DOMMatrix(getComputedStyle(one).transform).e)`,
    );
  await page.waitForTimeout(1000); // for some history
  await page.locator('[data-panel="core0"]').focus();
  for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowLeft');
  await until(async () => (await lines()).every((at) => at > 0), 'a line in each chart');
  t.is(new Set((await lines()).map(Math.round)).size, 1, 'at the same time in all of them');
  await page.keyboard.press('Escape');
  await until(async () => (await lines()).every((at) => at < 0), 'no line any more');

  const chip = page.locator('.subjects button', { hasText: '09-epoll' }).first();
  await page.locator('[data-panel="threads"] .legend li').first().waitFor();
  for (const one of await page.locator('.subjects button', { hasText: '09-epoll' }).all()) await one.click();
  t.is(await chip.getAttribute('aria-pressed'), 'false');
  await page.locator('[data-panel="threads"] .legend li').first().waitFor({ state: 'detached' });
  await chip.click();
  await page.locator('[data-panel="threads"] .legend li').first().waitFor();

  await page.locator('#values summary').click();
  await page.locator('#values td', { hasText: 'Resident memory' }).first().waitFor();

  await page.getByRole('button', { name: 'Pause' }).click();
  const frozen = await page.locator('[data-panel="core0"] canvas').screenshot();
  await page.waitForTimeout(1500);
  t.deepEqual(await page.locator('[data-panel="core0"] canvas').screenshot(), frozen);
  await page.getByText('5 min', { exact: true }).click();
  t.true(await page.getByRole('radio', { name: '5 min', exact: true }).isChecked());
  t.deepEqual(complaints, []);
});

for (const width of [1280, 390]) {
  for (const scheme of ['light', 'dark'] as const) {
    test.serial(`at ${width} px, ${scheme}: accessible, no error, nothing wider than the page`, async (t) => {
      const { page, complaints } = await open(t, width, scheme);
      await page.locator('#values summary').click();
      await page.evaluate(axe);
      const { violations } = await page.evaluate<AxeResults>('axe.run()');
      t.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join('\n')}`),
        [],
      );
      t.true((await page.evaluate<number>('document.documentElement.scrollWidth')) <= width);
      t.deepEqual(complaints, []);
    });
  }
}

test.serial('without its dashboard the page says so, and goes on when it is back', async (t) => {
  const { page } = await open(t);
  const { port } = dashboard;
  t.is(await dashboard.program.stop('SIGTERM'), 143);
  await page.locator('#link.lost').waitFor();
  const back = startProgram(t, 'lab/lab.mjs', { args: ['dashboard', '--port', `${port}`] });
  await back.line(/listening on/);
  await page.locator('#link.live').waitFor();
});
