/** A reader compares, in Chromium: a difference behind its button, and the charts of a race, also of one of the reader's own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Race } from '../lab/race/results.ts';
import { base, reader, sound } from './reader.ts';
import { root } from './root.ts';

const open = reader(test);
const race = JSON.parse(readFileSync(join(root, 'lab/bench/race.json'), 'utf8')) as Race;

test.serial(
  'a solution stands behind its button, with the words that changed, and an address that opens it',
  async (t) => {
    const { page, complaints } = await open(`${base}exercises/01-lines/`, 1280);
    const button = page.getByRole('button', { name: 'Show the solution' });
    const lines = page.locator('#solution-lines');
    t.false(await lines.isVisible());
    await button.click();
    t.true(await lines.isVisible());
    t.is(await button.getAttribute('aria-expanded'), 'true');
    t.is(new URL(page.url()).hash, '#solution');
    t.regex((await lines.locator('ins.line').allTextContents()).join('\n'), /line\.indexOf/);
    t.deepEqual(await lines.locator('del mark').allTextContents(), ['length']);
    await sound(t, page);
    await page.reload({ waitUntil: 'networkidle' });
    t.true(await lines.isVisible());
    await button.click();
    t.false(await lines.isVisible());
    t.is(new URL(page.url()).hash, '');
    t.deepEqual(complaints, []);
    await page.context().close();
  },
);

test.serial('a chapter leads to its whole server, and to what changed since the one before', async (t) => {
  const { page, complaints } = await open(`${base}02-select/`, 390);
  await page.getByRole('link', { name: 'What changed since chapter 01' }).click();
  const lines = page.locator('#changes-lines');
  await lines.waitFor();
  t.regex((await lines.textContent()) ?? '', /--- chapters\/01-iterative\/server\.ts/);
  await sound(t, page);
  await page.getByRole('link', { name: 'The whole server.ts' }).click();
  await page.waitForURL('**/source/chapters/02-select/server.ts.html');
  t.deepEqual(complaints, []);
  await page.context().close();
});

for (const [width, scheme] of [
  [1280, 'light'],
  [390, 'dark'],
] as const) {
  test.serial(`the charts of the race, at ${width} px, ${scheme}`, async (t) => {
    const { page, complaints } = await open(`${base}race.html`, width, scheme);
    await page.locator('#latency').waitFor();
    const borne = new Set(
      race.entries.filter((entry) => entry.scenario === 'ping' && entry.end === undefined).map(({ racer }) => racer),
    );
    t.is(await page.locator('.chart:has(#latency) li svg').count(), borne.size);
    for (const id of ['memory', 'calls', 'workers']) t.is(await page.locator(`.chart:has(#${id}) svg`).count(), 1, id);
    for (const source of await page.locator('.chart .source').allTextContents()) {
      t.true(source.includes(race.provenance.machine.model));
    }
    const bars = (): Promise<string> => page.locator('.chart:has(#calls) svg').innerHTML();
    const before = await bars();
    await page.getByLabel('Connections').selectOption('100');
    t.not(await bars(), before);
    await page.locator('.chart:has(#latency) summary').click();
    await sound(t, page);
    t.deepEqual(complaints, []);
    await page.context().close();
  });
}

test.serial(
  'a race of the reader’s own takes the place of the workshop’s; another file is refused in words',
  async (t) => {
    const { page, complaints } = await open(`${base}race.html`, 1280);
    await page.locator('#latency').waitFor();
    const machine = { ...race.provenance.machine, model: 'A machine of my own' };
    const mine = { ...race, racers: ['09-epoll'], provenance: { ...race.provenance, machine } };
    const choose = (name: string, content: string): Promise<void> =>
      page
        .locator('input[type=file]')
        .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });
    await choose('mine.json', JSON.stringify(mine));
    await page.getByText('Shown: mine.json').waitFor();
    t.is(await page.locator('.chart:has(#latency) li svg').count(), 1);
    t.regex((await page.locator('.chart .source').first().textContent()) ?? '', /A machine of my own/);
    await choose('notes.txt', 'no race');
    t.is(await page.getByRole('alert').textContent(), 'notes.txt is not shown. It is no JSON.');
    t.regex((await page.locator('.chart .source').first().textContent()) ?? '', /A machine of my own/);
    await page.getByRole('button', { name: "Back to the workshop's race" }).click();
    t.regex(
      (await page.locator('.chart .source').first().textContent()) ?? '',
      new RegExp(race.provenance.machine.kernel),
    );
    t.is(await page.getByRole('alert').count(), 0);
    t.deepEqual(complaints, []);
    await page.context().close();
  },
);
