/** A reader in Chromium: search, dark mode, links, narrow and wide pages, accessibility; all below a base, as a project's site stands. */
import test from 'ava';
import { base, fits, reader, sound } from './reader.ts';

const chapter = `${base}01-iterative/`;
const source = `${base}source/chapters/01-iterative/server.ts.html`;
const open = reader(test);

for (const width of [1280, 390]) {
  for (const scheme of ['light', 'dark'] as const) {
    for (const path of [base, chapter, source, `${base}calls.html`, `${base}teach.html`, `${chapter}?sheet`]) {
      test.serial(`${path} at ${width} px, ${scheme}: accessible, no error, nothing wider than the page`, async (t) => {
        const { page, complaints } = await open(path, width, scheme);
        await sound(t, page);
        t.deepEqual(complaints, []);
        await page.context().close();
      });
    }
  }
}

test.serial('a page with a fault is noticed: trouble on the console, another host, no words, too wide', async (t) => {
  const { page, complaints } = await open(base, 390);
  const noticed = async (look: typeof fits): Promise<boolean> => {
    const attempt = await t.try((t) => look(t, page));
    attempt.discard();
    return !attempt.passed;
  };
  const add = (html: string): Promise<void> =>
    page.evaluate(`document.body.insertAdjacentHTML('beforeend', '${html}')`);
  t.deepEqual([await noticed(sound), complaints], [false, []]);
  await Promise.all([page.waitForEvent('requestfailed'), add('<img src="//elsewhere.test/a.png">')]);
  await Promise.all([
    page.waitForEvent('pageerror'),
    page.evaluate('setTimeout(() => unknown); console.error("trouble")'),
  ]);
  t.is(complaints.length, 4, complaints.join('\n')); // asked for it, could not load it, trouble, and the error
  t.deepEqual([await noticed(sound), await noticed(fits)], [true, false]);
  await add('<p style="width: 400px">wide</p>');
  t.true(await noticed(fits));
  await page.context().close();
});

test.serial('search finds a chapter by a word of its text and leads there', async (t) => {
  const { page, complaints } = await open(base, 1280);
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox').fill('handshakes');
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

test.serial('a term of a text leads to the glossary', async (t) => {
  const { page } = await open(chapter, 1280);
  const term = page.locator('a.term', { hasText: 'backlog' });
  t.is(await term.getAttribute('title'), 'The connections that wait.');
  await term.click();
  await page.waitForURL('**/glossary.html#backlog');
  await page.getByRole('heading', { name: 'backlog' }).waitFor();
  t.pass();
  await page.context().close();
});

test.serial('the schedule follows the chapters that are picked, and the times', async (t) => {
  const { page, complaints } = await open(`${base}teach.html`, 1280);
  const rows = (): Promise<string[]> => page.locator('.plan tr').allInnerTexts();
  const plain = async (): Promise<string[]> => (await rows()).map((row) => row.replace(/\s+/g, ' '));
  t.deepEqual(await plain(), ['09:00–09:30 01Iterative', '09:30–10:00 02select']);
  await page.getByRole('checkbox', { name: 'Iterative' }).uncheck();
  t.deepEqual(await plain(), ['09:00–09:30 02select']);
  await page.getByLabel('from', { exact: true }).fill('12:40');
  t.regex((await page.locator('.left').textContent()) ?? '', /^\s*No time is left for select\.\s*$/);
  await page.getByLabel('from', { exact: true }).fill('13:40');
  t.regex((await page.locator('.left').textContent()) ?? '', /must be after the beginning/);
  await page.getByRole('button', { name: 'One day' }).click();
  t.deepEqual(await plain(), ['09:00–09:30 01Iterative', '09:30–10:00 02select']);
  t.deepEqual(complaints, []);
  await page.context().close();
});

test.serial('a chapter is presented: keys turn the slides, and the notes in a second window follow', async (t) => {
  const { page, complaints } = await open(chapter, 1280);
  await page.getByRole('button', { name: 'Present' }).click();
  const slides = page.getByRole('dialog');
  const heading = (): Promise<string | null> => slides.getByRole('heading').first().textContent();
  t.is(await heading(), 'One at a time');
  const [notes] = await Promise.all([page.waitForEvent('popup'), page.keyboard.press('n')]);
  await notes.getByRole('timer').waitFor();
  t.true(await notes.getByText('what does accept wait for?').isVisible());
  await page.keyboard.press('ArrowRight');
  t.is(await heading(), 'The loop');
  await notes.locator('.now', { hasText: 'The loop' }).waitFor();
  await page.setViewportSize({ width: 1280, height: 260 });
  await slides.locator('.more').waitFor(); // of the slide, below the window's edge
  await page.keyboard.press('ArrowDown');
  t.is(await heading(), 'The loop');
  t.true((await page.evaluate<number>("document.querySelector('.stage').scrollTop")) > 0);
  await notes.keyboard.press('ArrowLeft');
  await slides.getByRole('heading', { name: 'One at a time' }).waitFor();
  await page.keyboard.press('Escape');
  t.is(await slides.count(), 0);
  t.is(new URL(page.url()).search, '');
  t.deepEqual(complaints, []);
  await page.context().close();
});

test.serial('the clock of a talk that is started again stays so when the slides turn', async (t) => {
  const { page } = await open(`${chapter}?present`, 1280);
  const [notes] = await Promise.all([page.waitForEvent('popup'), page.keyboard.press('n')]);
  await notes.getByRole('timer').waitFor();
  await page.context().clock.install();
  await page.context().clock.fastForward('20:00');
  await notes
    .getByRole('timer')
    .filter({ hasText: /^\s*20:/ })
    .waitFor();
  await notes.getByRole('button', { name: 'Start the clock again' }).click();
  await page.keyboard.press('ArrowRight');
  await notes.locator('.now', { hasText: 'The loop' }).waitFor();
  await page.context().clock.fastForward('01:00');
  await notes
    .getByRole('timer')
    .filter({ hasText: /^\s*1:/ })
    .waitFor();
  t.pass();
  await page.context().close();
});

test.serial('on paper a chapter is its text, and a lab sheet stands alone', async (t) => {
  const { page } = await open(chapter, 1280);
  await page.emulateMedia({ media: 'print' });
  t.false(await page.locator('.VPSidebar').isVisible());
  t.true(await page.locator('.vp-doc h1').isVisible());
  t.is(
    await page.evaluate<string>("getComputedStyle(document.querySelector('.vp-doc pre code')).whiteSpace"),
    'pre-wrap',
  );
  await page.goto(`${page.url()}?sheet`, { waitUntil: 'networkidle' });
  t.false(await page.locator('.VPDoc h1').isVisible());
  t.is(await page.locator('.sheet .lines').count(), 1);
  await page.context().close();
});
