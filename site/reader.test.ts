/** A reader in Chromium: search, dark mode, links, narrow and wide pages, accessibility; all below a base, as a project's site stands. */
import { readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import test from 'ava';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, makeWorkshop, type Workshop } from './fixture.ts';

const base = '/workshop/';
const chapter = `${base}01-iterative/`;
const source = `${base}source/chapters/01-iterative/server.ts.html`;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

let workshop: Workshop;
let server: Server;
let browser: Browser;
let origin = '';

/** Serves the built files and nothing else: 404 for what is not a file, as a plain file server does. */
function serve(outDir: string): Promise<Server> {
  const listening = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://site').pathname);
    const file = join(outDir, path.replace(base, '/').replace(/\/$/, '/index.html'));
    const found = path.startsWith(base) && statSync(file, { throwIfNoEntry: false })?.isFile();
    response.writeHead(found ? 200 : 404, { 'content-type': types[extname(file)] ?? 'text/plain' });
    response.end(found ? readFileSync(file) : '');
  });
  return new Promise((resolve) => listening.listen(0, '127.0.0.1', () => resolve(listening)));
}

/** Opens a page of the site; what the page complains of, and whom it asks beside the site, is collected in `complaints`. */
async function open(
  path: string,
  width: number,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => request.url().startsWith(origin) || complaints.push(`asked for ${request.url()}`));
  await page.goto(origin + path, { waitUntil: 'networkidle' });
  return { page, complaints };
}

test.before(async (t) => {
  t.timeout(120_000);
  workshop = makeWorkshop();
  const { code, output, outDir } = await build(workshop.dir, base);
  t.is(code, 0, output);
  server = await serve(outDir);
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
});

test.after.always(async () => {
  await browser?.close();
  server?.close();
  workshop?.remove();
});

for (const width of [1280, 390]) {
  for (const scheme of ['light', 'dark'] as const) {
    for (const path of [base, chapter, source]) {
      test.serial(`${path} at ${width} px, ${scheme}: accessible, no error, nothing wider than the page`, async (t) => {
        const { page, complaints } = await open(path, width, scheme);
        await page.evaluate(axe);
        const { violations } = await page.evaluate<AxeResults>('axe.run()');
        const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        t.deepEqual(
          grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join('\n')}`),
          [],
        );
        t.true((await page.evaluate<number>('document.documentElement.scrollWidth')) <= width);
        t.deepEqual(complaints, []);
        await page.context().close();
      });
    }
  }
}

test.serial('search finds a chapter by a word of its text and leads there', async (t) => {
  const { page, complaints } = await open(base, 1280);
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox').fill('backlog');
  await page.locator('.VPLocalSearchBox .result').first().click();
  await page.waitForURL(`**${chapter}**`);
  t.is(
    await page
      .locator('h1')
      .textContent()
      .then((text) => text?.replace(/\W+$/, '')),
    'One at a time',
  );
  t.deepEqual(complaints, []);
  await page.context().close();
});

test.serial('search works on a phone', async (t) => {
  const { page } = await open(chapter, 390);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('searchbox').fill('descriptor');
  await page.locator('.VPLocalSearchBox .result').first().waitFor();
  t.true((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 390);
  await page.context().close();
});

test.serial('dark mode is switched by the reader and kept over a reload', async (t) => {
  const { page } = await open(chapter, 1280);
  const dark = (): Promise<boolean> => page.evaluate<boolean>('document.documentElement.classList.contains("dark")');
  const ink = (): Promise<string> => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const before = await ink();
  t.false(await dark());
  await page.locator('.VPNavBarAppearance .VPSwitchAppearance').click();
  await page.waitForFunction('document.documentElement.classList.contains("dark")');
  t.not(await ink(), before);
  await page.reload({ waitUntil: 'networkidle' });
  t.true(await dark());
  await page.context().close();
});

test.serial(
  'a reader goes from the ladder through the chapters to the source of a snippet and on to what it imports',
  async (t) => {
    const { page, complaints } = await open(base, 1280);
    await page.getByRole('table').getByRole('link', { name: 'Iterative' }).click();
    await page.waitForURL(`**${chapter}`);
    t.deepEqual(await page.locator('.traits dd').allInnerTexts(), [...Array(4).fill('everyone'), 'a descriptor', '1']);
    await page.getByRole('link', { name: 'select', exact: true }).last().click();
    await page.waitForURL('**/02-select/**');
    await page.goBack();
    await page.locator('.snippet-source a').click();
    await page.waitForURL(`**${source}`);
    t.regex((await page.locator('.vp-doc pre').textContent()) ?? '', /#region loop\n/);
    await page.getByRole('link', { name: 'lib/sys/socket.ts' }).click();
    await page.waitForURL('**/source/lib/sys/socket.ts.html');
    t.deepEqual(complaints, []);
    await page.context().close();
  },
);

test.serial('a reader who scrolls while the next page comes leaves no error behind', async (t) => {
  const { page, complaints } = await open(chapter, 1280);
  // Of two scrolls at once the outline looks at the second 100 ms later: here that is after it has gone.
  await page.evaluate(`(async () => {
    document.querySelector('.snippet-source a').click();
    while (document.querySelector('.VPDocAsideOutline')) {
      for (let i = 0; i < 2; i++) dispatchEvent(new Event('scroll'));
      await new Promise(requestAnimationFrame);
    }
    await new Promise((resolve) => setTimeout(resolve, 150)); // its timer is older, and shorter
  })()`);
  t.is(new URL(page.url()).pathname, source);
  t.deepEqual(complaints, []);
  await page.context().close();
});

test.serial('a snippet shows its region and no more; a command has a copy button', async (t) => {
  const { page } = await open(chapter, 1280);
  const snippet = (await page.locator('.language-ts pre').textContent()) ?? '';
  t.true(snippet.startsWith('// Serve one client after another.'), snippet);
  t.notRegex(snippet, /region|import/);
  t.is(await page.locator('.language-sh button.copy').count(), 1);
  await page.context().close();
});
