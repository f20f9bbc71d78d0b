/** A reader of the site in Chromium, for the tests: a workshop is built below a base, served as plain files, and opened by a browser that knows no other host. */
import { readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { ExecutionContext, TestFn } from 'ava';
import { type Browser, chromium, type Page, type Request } from 'playwright-core';
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

/** Serves the built files and nothing else; 404 for what is not a file, with the page that hosts of plain files show then. */
function serve(outDir: string): Promise<Server> {
  const listening = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://site').pathname);
    const asked = join(outDir, path.replace(base, '/').replace(/\/$/, '/index.html'));
    const found = path.startsWith(base) && statSync(asked, { throwIfNoEntry: false })?.isFile();
    const file = found ? asked : join(outDir, '404.html');
    response.writeHead(found ? 200 : 404, { 'content-type': types[extname(file)] ?? 'text/plain' });
    response.end(readFileSync(file));
  });
  return new Promise((resolve) => listening.listen(0, '127.0.0.1', () => resolve(listening)));
}

/** A page that was opened; what it complains of, and whom it asks beside the site, is collected in `complaints`. */
export interface Opened {
  page: Page;
  complaints: string[];
  /** Its scripts; those that it fetches ahead for other pages are none. */
  scripts: Request[];
  /** Opens another address instead, and forgets what was collected. */
  go: (path: string) => Promise<void>;
}

/**
 * Builds the site before the tests of a file, and takes it down after them.
 * @param make makes the repository that is built
 * @returns opens a page at a width, in a context of its own
 */
export function reader(
  test: TestFn,
  make: () => Pick<Workshop, 'dir' | 'remove'> = makeWorkshop,
): (path: string, width: number, colorScheme?: 'light' | 'dark') => Promise<Opened> {
  let workshop: ReturnType<typeof make>;
  let server: Server;
  let browser: Browser;
  let origin = '';
  test.before(async (t) => {
    t.timeout(600_000);
    workshop = make();
    const began = performance.now();
    const { code, output, outDir } = await build(workshop.dir, base);
    t.is(code, 0, output);
    t.log(`built in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    server = await serve(outDir);
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      ],
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
    const scripts: Request[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(origin + base)) complaints.push(`asked for ${request.url()}`);
      if (request.resourceType() === 'script') scripts.push(request);
    });
    const go = async (where: string): Promise<void> => {
      for (const list of [complaints, scripts]) list.length = 0;
      await page.goto(origin + where, { waitUntil: 'networkidle' });
    };
    await go(path);
    return { page, complaints, scripts, go };
  };
}

/**
 * A page has no grave fault of accessibility, and nothing on it is wider than the window.
 * @param look whether at the code, too, which takes longest; or whether at nothing but contrast
 */
export async function sound(
  t: ExecutionContext,
  page: Page,
  look: { code?: boolean; contrastOnly?: boolean } = {},
): Promise<void> {
  const { code = true, contrastOnly = false } = look;
  await page.evaluate(axe);
  const where = code ? 'document' : "{ exclude: [['pre']] }";
  const rules = contrastOnly ? ", runOnly: ['color-contrast']" : '';
  const grave = await page.evaluate<
    string[]
  >(`axe.run(${where}, { resultTypes: ['violations']${rules} }).then(({ violations }) =>
    violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.html).join('\\n')))`);
  t.deepEqual(grave, []);
  await fits(t, page);
}

/** Nothing on a page is wider than the window. */
export async function fits(t: ExecutionContext, page: Page): Promise<void> {
  t.true((await page.evaluate<number>('document.documentElement.scrollWidth')) <= page.viewportSize()!.width);
}
