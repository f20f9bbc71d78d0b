/** A reader of the site in Chromium, for the tests: the fixture's workshop is built below a base, served, and opened. */
import { readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { ExecutionContext, TestFn } from 'ava';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, makeWorkshop, type Workshop } from './fixture.ts';

/** Where the site stands, as a project's does. */
export const base = '/workshop/';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

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

/** A page that was opened; what it complains of, and whom it asks beside the site, is collected in `complaints`. */
export interface Opened {
  page: Page;
  complaints: string[];
}

/**
 * Builds the site before the tests of a file, and takes it down after them.
 * @returns opens a page at a width, in a context of its own
 */
export function reader(test: TestFn): (path: string, width: number, colorScheme?: 'light' | 'dark') => Promise<Opened> {
  let workshop: Workshop;
  let server: Server;
  let browser: Browser;
  let origin = '';
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
  return async (path, width, colorScheme = 'light') => {
    const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => request.url().startsWith(origin) || complaints.push(`asked for ${request.url()}`));
    await page.goto(origin + path, { waitUntil: 'networkidle' });
    return { page, complaints };
  };
}

/** A page has no grave fault of accessibility, and nothing on it is wider than the window. */
export async function sound(t: ExecutionContext, page: Page): Promise<void> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  t.deepEqual(
    grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join('\n')}`),
    [],
  );
  t.true((await page.evaluate<number>('document.documentElement.scrollWidth')) <= page.viewportSize()!.width);
}
