/** A reader watches a replay: plays, scrubs, steps, compares, with the mouse and with keys, in words alone, and on a phone. */
import test from 'ava';
import type { Page } from 'playwright-core';
import { base, reader, sound } from './reader.ts';

const chapter = `${base}01-iterative/`;
const watch = `${base}watch.html`;
const open = reader(test);

/** Brings the replay into view, and waits until its run is there. */
async function arrive(page: Page): Promise<void> {
  await page.locator('.replay-place').scrollIntoViewIfNeeded();
  await page.locator('.replay .now').first().waitFor();
}

/** The present on the board, in milliseconds. */
async function now(page: Page): Promise<number> {
  return Number(await page.getByRole('slider', { name: 'Events' }).getAttribute('aria-valuenow'));
}

/** What a lane says beside itself; where two runs are shown, the `which`-th of that name. */
async function says(page: Page, lane: string, which = 0): Promise<string> {
  const names = (await page.locator('.replay .name b').allInnerTexts()).flatMap((name, i) =>
    name === lane ? [i] : [],
  );
  return (await page.locator('.replay .now').allInnerTexts())[names[which]!] ?? '';
}

/** How much of the canvas is painted, of 1. */
function painted(page: Page): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('.replay canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count++;
    return count / (data.length / 4);
  })()`);
}

for (const [width, scheme, path] of [
  [1280, 'light', watch],
  [1280, 'dark', chapter],
  [390, 'light', chapter],
  [390, 'dark', watch],
] as const) {
  test.serial(`${path} at ${width} px, ${scheme}: accessible, no error, nothing wider than the page`, async (t) => {
    const { page, complaints } = await open(path, width, scheme);
    await arrive(page);
    await page.getByText('All of it as a table').click();
    await page
      .getByRole('table', { name: /what happened/ })
      .first()
      .waitFor();
    await sound(t, page);
    t.true((await painted(page)) > 0.05);
    t.deepEqual(complaints, []);
    await page.context().close();
  });
}

test.serial(
  'it begins with the whole run in sight; playing begins at its beginning, goes on, and pauses',
  async (t) => {
    const { page, complaints } = await open(chapter, 1280);
    await arrive(page);
    const end = await now(page);
    t.true(end > 1000);
    t.regex(await says(page, 'PING 1'), /^answered in /);
    await page.getByLabel('speed').selectOption('1/10');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.waitForFunction(`(() => {
    const time = Number(document.querySelector('.replay [role=slider]').getAttribute('aria-valuenow'));
    return time > 110 && time < ${end};
  })()`);
    await page.getByRole('button', { name: 'Pause' }).click();
    const paused = await now(page);
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
    t.is(await now(page), paused);
    t.deepEqual(complaints, []);
    await page.context().close();
  },
);

test.serial('played to its end it stops there', async (t) => {
  const { page } = await open(chapter, 1280);
  await arrive(page);
  const end = await now(page);
  await page.getByLabel('speed').selectOption('as it was');
  await page.getByRole('button', { name: 'Play' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await page.getByRole('button', { name: 'Play' }).waitFor();
  t.is(await now(page), end);
  await page.context().close();
});

test.serial('a reader scrubs with the slider and on the board, and sees who waits', async (t) => {
  const { page } = await open(chapter, 1280);
  await arrive(page);
  await page.getByRole('slider', { name: 'Time' }).fill('500000');
  t.is(await now(page), 500);
  t.is(await says(page, 'PING 1'), 'in the backlog');
  t.is(await says(page, 'A'), 'a read sleeps for it');
  t.is(await says(page, 'PING 3'), '');
  const plot = (await page.locator('.replay .plot').boundingBox())!;
  const end = Number(await page.getByRole('slider', { name: 'Events' }).getAttribute('aria-valuemax'));
  const middle = { x: plot.x + plot.width / 2, y: plot.y + 40 };
  await page.mouse.click(middle.x, middle.y);
  t.true(Math.abs((await now(page)) - end / 2) <= 2, `${await now(page)} of ${end}`);
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width / 4, middle.y, { steps: 4 });
  await page.mouse.up();
  t.true(Math.abs((await now(page)) - end / 4) <= 2);
  await page.mouse.move(plot.x + plot.width * 0.3, plot.y + 38); // the lane of PING 1
  t.regex(
    (await page.locator('.replay .readout').textContent()) ?? '',
    /^PING 1 · in the backlog · \d+ ms, from 0\.\d+ s to 0\.\d+ s$/,
  );
  await page.context().close();
});

test.serial('keys play, step from event to event, go to the ends and zoom; the focus can be seen', async (t) => {
  const { page } = await open(chapter, 1280);
  await arrive(page);
  const board = page.getByRole('slider', { name: 'Events' });
  await page.locator('.replay select.second').focus();
  await page.keyboard.press('Tab');
  t.is(await page.evaluate('document.activeElement.getAttribute("aria-label")'), 'Events');
  t.is(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'solid');
  await page.keyboard.press('Home');
  t.is(await now(page), 0);
  const seen: string[] = [];
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('ArrowRight');
    seen.push((await board.getAttribute('aria-valuetext')) ?? '');
  }
  t.regex(seen.join('\n'), /^0\.1000 s · A connects\n/);
  t.true(
    seen.some((words) => /process reads 7 bytes from A$/.test(words)),
    seen.join('\n'),
  );
  t.is(new Set(seen).size, 4);
  await page.keyboard.press('ArrowLeft');
  t.is(await board.getAttribute('aria-valuetext'), seen[2]!);
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  await page.getByText('zoom 16×').waitFor();
  await page.keyboard.press('-');
  await page.getByText('zoom 4×').waitFor();
  await page.keyboard.press(' ');
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await page.keyboard.press(' ');
  await page.getByRole('button', { name: 'Play' }).waitFor();
  await page.keyboard.press('End');
  t.is(await board.getAttribute('aria-valuetext'), 'The end of the run.');
  const scrolled = await page.evaluate<number>('scrollY');
  await page.keyboard.press(' ');
  t.is(await page.evaluate<number>('scrollY'), scrolled, 'the page stays where it is');
  await page.context().close();
});

test.serial('a button that steps says where it has led', async (t) => {
  const { page } = await open(chapter, 1280);
  await arrive(page);
  await page.getByRole('slider', { name: 'Time' }).fill('0');
  await page.getByRole('button', { name: 'Next event' }).click();
  await page.getByRole('status').getByText('A connects').waitFor({ state: 'attached' });
  t.is(await now(page), 100);
  await page.context().close();
});

test.serial('two chapters stand on one clock, and others can be chosen', async (t) => {
  const { page, complaints } = await open(watch, 1280);
  await arrive(page);
  t.deepEqual(await page.locator('.replay .title').allInnerTexts(), ['01 · Iterative', '02 · select']);
  await page.getByRole('slider', { name: 'Time' }).fill('450000');
  t.is(await says(page, 'PING 1', 0), 'in the backlog');
  t.regex(await says(page, 'PING 1', 1), /^answered in /);
  t.is(await says(page, 'process', 1), 'asleep in select');
  await page.locator('.replay select.second').selectOption('nothing');
  await page.locator('.replay .title').first().waitFor({ state: 'detached' });
  await page.locator('.replay select.first').selectOption('02 · select');
  await page.getByRole('slider', { name: 'Time' }).fill('450000');
  await page.waitForFunction(`document.querySelector('.replay').innerText.includes('asleep in select')`);
  t.regex(await says(page, 'PING 1'), /^answered in /);
  t.deepEqual(complaints, []);
  await page.context().close();
});

test.serial('who wants less motion is shown a few pictures a second', async (t) => {
  const { page } = await open(chapter, 1280);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await arrive(page);
  await page.getByRole('slider', { name: 'Time' }).fill('0');
  // Pictures of 250 ms each, at a tenth of the speed: the present moves by 25 ms at least, or not at all.
  await page.getByLabel('speed').selectOption('1/10');
  const steps = await page.evaluate<number[]>(`(async () => {
    const board = document.querySelector('.replay [role=slider]');
    const time = () => Number(board.getAttribute('aria-valuenow'));
    document.querySelector('.replay .play').click();
    const seen = [time()];
    while (seen.length < 4) {
      await new Promise(requestAnimationFrame);
      if (time() !== seen.at(-1)) seen.push(time());
    }
    return seen.slice(1).map((value, i) => value - seen[i]);
  })()`);
  for (const step of steps) t.true(step >= 24, `${step} ms`);
  await page.context().close();
});

test.serial('all of it is a table, in words', async (t) => {
  const { page } = await open(chapter, 390);
  await arrive(page);
  t.is(await page.locator('.replay table').count(), 0, 'it is made when it is asked for');
  await page.getByText('All of it as a table').click();
  const table = page.getByRole('table', { name: /01 · Iterative: what happened/ });
  t.deepEqual(await table.getByRole('columnheader').allInnerTexts(), ['time', 'who', 'what', 'took']);
  const rows = (await table.getByRole('row').allInnerTexts()).map((row) => row.replaceAll('\t', ' | '));
  const at = (pattern: RegExp): number => rows.findIndex((row) => pattern.test(row));
  t.true(at(/A \| sends 3 bytes/) > at(/PING 1 \| connects/));
  t.true(at(/process \| accepts PING 1/) > at(/A \| sends 3 bytes/), rows.join('\n'));
  await page.context().close();
});

test.serial('a page without a replay fetches nothing of it, and a chapter its own recording alone', async (t) => {
  const { page } = await open(watch, 1280);
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url().replace(/.*\//, '')));
  await page.goto(new URL(base, page.url()).href, { waitUntil: 'networkidle' });
  t.deepEqual(
    fetched.filter((file) => /recording|Stage/.test(file)),
    [],
  );
  await page.goto(new URL(chapter, page.url()).href, { waitUntil: 'networkidle' });
  await arrive(page);
  t.is(fetched.filter((file) => /recording\./.test(file)).length, 1);
  await page.context().close();
});
