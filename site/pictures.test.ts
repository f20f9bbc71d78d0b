/** Pictures in a page: what is taken over from the file, what is not, and what ends the build. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { createMarkdownRenderer, type MarkdownRenderer } from 'vitepress';
import { build, makeWorkshop } from './fixture.ts';
import { extendMarkdown } from './markdown.ts';
import { takePicture } from './pictures.ts';

const arrow = `<?xml version="1.0"?>
<!-- An arrow. -->
<svg class="arrow" xmlns="http://www.w3.org/2000/svg" width="20" viewBox="0 0 20 8" role="img">
  <title>An arrow</title>
  <style>
    .arrow path { fill: var(--vp-c-text-1, #1b2024); }
  </style>
  <defs>
    <!-- Its head. -->
    <marker id="head"><path d="M0 0 8 4 0 8z" /></marker>
  </defs>
  <g aria-label="line"><path d="M0 4H20" marker-end="url(#head)" /><use href="#head" /></g>
  <text>{{ not Vue }}</text>
</svg>
`;

const dir = mkdtempSync(join(tmpdir(), 'sockets-pictures-'));
const text = 'chapters/a/README.md';
let md: MarkdownRenderer;

test.before(async () => {
  for (const [path, content] of Object.entries({
    'chapters/a/arrow.svg': arrow,
    'chapters/a/broken.svg': '<svg xmlns="http://www.w3.org/2000/svg"><path',
    'lib/other.svg': '<svg class="other" xmlns="http://www.w3.org/2000/svg"><circle id="head" r="2" /></svg>',
  })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  md = await createMarkdownRenderer(dir, { config: (renderer) => extendMarkdown(renderer, dir, '/') });
});

test.after.always(() => rmSync(dir, { recursive: true, force: true }));

interface Blocks {
  sfcBlocks?: { styles: { content: string }[] };
}

function render(markdown: string): { html: string; styles: string[] } {
  const env: Blocks & { realPath: string } = { realPath: join(dir, text) };
  const html = md.render(markdown, env);
  return { html, styles: (env.sfcBlocks?.styles ?? []).map(({ content }) => content) };
}

test('a picture is taken over without what was the file’s own; ids have the prefix wherever they are used', (t) => {
  const { svg = '', style } = takePicture(arrow, 'An arrow to the right.', 'p1') ?? {};
  t.is(style, '.arrow path { fill: var(--vp-c-text-1, #1b2024); }');
  t.notRegex(svg, /<\?xml|<!--|<style|>An arrow<|aria-label=/);
  t.true(svg.startsWith('<svg v-pre class="arrow" width="20" viewBox="0 0 20 8" role="img"'), svg);
  t.deepEqual(svg.match(/id="[^"]*"|url\([^)]*\)|href="[^"]*"/g), [
    'id="p1-title"',
    'id="p1-head"',
    'url(#p1-head)',
    'href="#p1-head"',
  ]);
});

test('the words that stand for the picture name it: the first sentence, and what follows describes it', (t) => {
  const words = (alt: string): string | undefined =>
    /aria-labelledby.*/.exec(takePicture(arrow, alt, 'p')?.svg ?? '')?.[0];
  t.regex(words('Right') ?? '', /^aria-labelledby="p-title".*<title id="p-title">Right<\/title>$/);
  t.regex(
    words('A &amp; B. B waits. C too.') ?? '',
    /^aria-labelledby="p-title" aria-describedby="p-desc".*>A &amp; B\.<\/title><desc id="p-desc">B waits\. C too\.<\/desc>$/,
  );
});

test('what is no SVG element is no picture', (t) => {
  for (const source of ['', 'svg', '<html><svg></svg></html>', '<svg><path', '<svg/>']) {
    t.is(takePicture(source, 'a', 'p'), undefined, source);
  }
});

test('a page holds each picture, its style once, and no id twice', (t) => {
  const { html, styles } = render(
    '# A\n\n![One *arrow*, "<B>"](./arrow.svg)\n\nand ![again](arrow.svg), ![a dot](../../lib/other.svg)\n',
  );
  t.is(html.match(/<svg /g)?.length, 3);
  t.notRegex(html, /<img|<style/);
  t.is(styles.length, 1);
  t.true(html.includes('>One arrow, &quot;&lt;B&gt;&quot;</title>'), html);
  const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  t.is(ids.filter((id) => id?.endsWith('-head')).length, 3);
  t.is(new Set(ids).size, ids.length);
});

test('pictures from elsewhere, and of other kinds, stay images', (t) => {
  const { html, styles } = render('![a](https://example.org/a.svg) ![b](/mark.svg) ![c](./c.png)\n');
  t.is(html.match(/<img /g)?.length, 3);
  t.deepEqual(styles, []);
});

test('a picture that is missing, broken or without words is named with its text', (t) => {
  for (const [markdown, message] of [
    ['![a](./none.svg)', `${text}: the picture ./none.svg does not exist (chapters/a/none.svg)`],
    ['![a](./broken.svg)', `${text}: the picture ./broken.svg is not an SVG file`],
    ['![](./arrow.svg)', `${text}: the picture ./arrow.svg needs words that say what it shows: ![words](./arrow.svg)`],
  ] as const) {
    t.throws(() => render(markdown), { message });
  }
});

test.serial('a missing picture fails the build; one that is there follows the page', async (t) => {
  t.timeout(120_000);
  const workshop = makeWorkshop();
  t.teardown(workshop.remove);
  const file = 'chapters/02-select/README.md';
  workshop.edit(file, '## Limits', '![An arrow. It points right](./arrow.svg)\n\n## Limits');
  const missing = await build(workshop.dir);
  t.is(missing.code, 1, missing.output);
  t.true(missing.output.includes(`${file}: the picture ./arrow.svg does not exist`), missing.output);
  workshop.write('chapters/02-select/arrow.svg', arrow);
  const built = await build(workshop.dir);
  t.is(built.code, 0, built.output);
  const page = readFileSync(join(built.outDir, '02-select/index.html'), 'utf8');
  t.regex(
    page,
    /<svg class="arrow"[^>]*role="img"[^>]*><title[^>]*>An arrow\.<\/title><desc[^>]*>It points right<\/desc>/,
  );
  t.true(page.includes('<text>{{ not Vue }}</text>'));
  const styles = readdirSync(join(built.outDir, 'assets')).filter((name) => name.endsWith('.css'));
  t.true(styles.some((name) => readFileSync(join(built.outDir, 'assets', name), 'utf8').includes('.arrow path{')));
});
