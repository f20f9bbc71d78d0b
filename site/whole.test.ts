/** The whole site in Chromium, as it is published, below a base and from plain files: every page at two widths, light and dark, and what it weighs. */
import { gzipSync } from 'node:zlib';
import test from 'ava';
import type { Request } from 'playwright-core';
import { readChapters } from '../chapters/chapters.ts';
import { copyRepository } from './fixture.ts';
import { addressOf, markdownFiles, pageOf } from './pages.ts';
import { readPrices } from './prices.ts';
import { base, fits, type Opened, reader, sound } from './reader.ts';
import { root } from './root.ts';

/** A chapter's page may ask for so many bytes of script, compressed. */
const SCRIPT = 300_000;

const open = reader(test, copyRepository);
const texts = markdownFiles(root).flatMap((file) => (file.startsWith('site/source/') ? [] : (pageOf(file) ?? [])));
const sources = ['chapters/09-epoll/server.ts', 'lib/sys/epoll.ts', 'lab/dashboard/compose.yaml'];
const addresses = [
  ...texts.map((page) => addressOf(page).slice(1)),
  ...sources.map((file) => `source/${file}.html`),
  '404.html',
];
const chapters = readChapters(root);
let heaviest = { name: '', weight: 0 };

async function weightOf(scripts: readonly Request[]): Promise<number> {
  let sum = 0;
  for (const script of scripts) sum += gzipSync(await (await script.response())!.body()).length;
  return sum;
}

// A page is seen in both schemes. In the first all of axe's rules are applied to the wide one, those on contrast to the narrow
// one; colours of code are those of the sources' pages. Windows are kept, for each is dear.
for (const [width, scheme, other] of [
  [1280, 'light', 'dark'],
  [390, 'dark', 'light'],
] as const) {
  let opened: Opened | undefined;
  for (const address of addresses) {
    const code = address.startsWith('source/');
    test.serial(`/${address} at ${width} px: accessible, no error, nothing wider, light and dark`, async (t) => {
      opened ??= await open(base, width, scheme);
      const { page, complaints, scripts, go } = opened;
      await page.emulateMedia({ colorScheme: scheme });
      await go(base + address);
      await sound(t, page, { code, contrastOnly: width < 1280 });
      await page.emulateMedia({ colorScheme: other });
      await page.waitForFunction(`document.documentElement.classList.contains('dark') === ${other === 'dark'}`);
      await fits(t, page);
      t.deepEqual(complaints, []);
      const name = address.replace('/', '');
      if (width !== 1280 || chapters.every((chapter) => chapter.name !== name)) return;
      const weight = await weightOf(scripts);
      t.true(scripts.length > 2 && weight < SCRIPT, `${weight} bytes in ${scripts.length} files`);
      if (weight > heaviest.weight) heaviest = { name, weight };
    });
  }
}

test.serial('an address that leads nowhere shows the way back', async (t) => {
  const { page, complaints } = await open(`${base}99-nothing/`, 390);
  t.deepEqual(complaints, ['Failed to load resource: the server responded with a status of 404 (Not Found)']);
  await page.getByRole('link', { name: 'To the start page' }).click();
  await page.waitForURL(`**${base}`);
  await page.getByRole('heading', { name: 'Ten Thousand Sockets' }).waitFor();
  await page.context().close();
});

test.serial('what only one chapter says is found', async (t) => {
  const { page, complaints } = await open(base, 1280);
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox').fill('FD_SETSIZE');
  await page.locator('.VPLocalSearchBox .result').first().click();
  await page.waitForURL(`**${base}02-select/**`);
  t.deepEqual(complaints, []);
  await page.context().close();
});

test.serial('the ladder says what each chapter costs, and where that was measured', async (t) => {
  const { page } = await open(base, 1280);
  const { of, source } = readPrices(root);
  const rows = await page.locator('.ladder tbody tr').allInnerTexts();
  for (const { name, title, traits } of chapters) {
    const row = rows.find((text) => text.includes(title))!;
    const price = of[name] ?? { ping: 'not measured', memory: 'not measured' };
    t.is(row.includes(price.ping) && row.includes(price.memory), traits !== undefined, row);
  }
  t.true((await page.locator('.ladder + .source').textContent())?.includes(source));
  await page.context().close();
});

test.after((t) => t.log(`heaviest chapter: ${heaviest.name}, ${heaviest.weight} bytes of script, compressed`));
