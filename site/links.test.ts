/** Links and anchors: which are followed, where they lead, which are dead. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { checkAnchors } from './anchors.ts';
import { checkLinks, siteAddress } from './links.ts';
import { addressOf, markdownFiles, pageOf } from './pages.ts';
import { sourceFiles } from './sources.ts';
import { describe, linksIn } from './text.ts';

function tree(files: Record<string, string>): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'sockets-links-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

test('chapters, the folders of the library and the start page are pages; other texts are not', (t) => {
  const pages = ['chapters/09-epoll/README.md', 'lib/sys/README.md', 'lab/README.md', 'site/index.md'].map(pageOf);
  t.deepEqual(pages, ['09-epoll/index.md', 'lib/sys/index.md', 'lab/index.md', 'index.md']);
  for (const file of [
    'README.md',
    'chapters/README.md',
    'chapters/09-epoll/notes.md',
    'solutions/09-epoll/README.md',
  ]) {
    t.is(pageOf(file), undefined, file);
  }
  t.is(addressOf('09-epoll/index.md'), '/09-epoll/');
  t.is(addressOf('index.md'), '/');
  t.is(addressOf('source/lib/sys/epoll.ts.md'), '/source/lib/sys/epoll.ts.html');
});

test('links are found inline and by reference, but not in code spans or as images', (t) => {
  const lines = [
    'See [a](./a.ts), [`b`](../b.md#c "title") and `[c](./c.ts)`.',
    '![a picture](./p.svg)',
    '[d]: <./d.ts>',
  ].map((text, index) => ({ number: index + 1, text }));
  t.deepEqual(
    linksIn(lines).map((link) => `${link.number} ${link.text}`),
    ['1 ./a.ts', '1 ../b.md#c', '3 ./d.ts'],
  );
});

test('a relative link leads to a page or to a source file shown whole, and to nothing else', (t) => {
  const { dir, remove } = tree({
    'README.md': '',
    'chapters/01-a/README.md': '',
    'chapters/01-a/server.ts': '',
    'lib/sys/README.md': '',
    'lib/empty/a.ts': '',
    'notes.md': '',
    Makefile: '',
    'core.bin': '',
  });
  t.teardown(remove);
  const addresses = {
    'chapters/01-a': '/01-a/',
    'chapters/01-a/README.md': '/01-a/',
    'chapters/01-a/server.ts': '/source/chapters/01-a/server.ts.html',
    'lib/sys': '/lib/sys/',
    Makefile: '/source/Makefile.html',
    'README.md': '/',
  };
  for (const [target, address] of Object.entries(addresses)) t.is(siteAddress(dir, target), address);
  for (const target of ['../other', 'chapters/02-b/README.md', 'lib/empty', 'notes.md', 'core.bin']) {
    t.is(siteAddress(dir, target), undefined, target);
  }
});

test('a dead link is named with its line and the reason', (t) => {
  const { dir, remove } = tree({ 'chapters/01-a/README.md': '', 'chapters/01-a/data.bin': '' });
  t.teardown(remove);
  const text =
    '# A\n\n[gone](./gone.ts) [self](./README.md#x) [web](https://a.example/b) [top](#a)\n[data](./data.bin)\n';
  t.deepEqual(checkLinks(dir, 'chapters/01-a/README.md', text).map(describe), [
    'chapters/01-a/README.md:3: dead link ./gone.ts: it does not exist (chapters/01-a/gone.ts)',
    'chapters/01-a/README.md:4: dead link ./data.bin: the site has no page for it (chapters/01-a/data.bin)',
  ]);
});

test('a source file has a page if a text links to it or cuts from it, or if such a file imports it', (t) => {
  const { dir, remove } = tree({
    'chapters/01-a/README.md': '[a](./a.ts)\n\n<<< ./b.ts#r\n\n[gone](./gone.ts)\n',
    'chapters/01-a/a.ts': "import { c } from './c.ts';\nimport {\n  d,\n} from '../../lib/d.ts';\nimport 'node:fs';\n",
    'chapters/01-a/b.ts': '',
    'chapters/01-a/c.ts': "export * from './a.ts';\n",
    'chapters/01-a/unread.ts': '',
    'lib/d.ts': '',
  });
  t.teardown(remove);
  t.deepEqual(sourceFiles(dir), [
    { file: 'chapters/01-a/a.ts', imports: ['chapters/01-a/c.ts', 'lib/d.ts'], readIn: ['/01-a/'] },
    { file: 'chapters/01-a/b.ts', imports: [], readIn: ['/01-a/'] },
    { file: 'chapters/01-a/c.ts', imports: ['chapters/01-a/a.ts'], readIn: [] },
    { file: 'lib/d.ts', imports: [], readIn: [] },
  ]);
  t.deepEqual(markdownFiles(dir), ['chapters/01-a/README.md']);
});

test('over built pages, a link to a missing page or to a missing id is dead, under a base as without one', (t) => {
  const { dir, remove } = tree({
    'index.html':
      '<a href="/w/a/#one">1</a><a class="x" href="/w/a/#two">2</a><a href="/w/b.html">3</a><a href="#top">4</a>',
    'a/index.html':
      '<h2 id="one">One</h2><a href="../index.html">5</a><a href="https://a.example/#z">6</a><a href="/a/">7</a>',
  });
  t.teardown(remove);
  t.deepEqual(
    checkAnchors(dir, '/w/')
      .map(({ page, href }) => `${page} ${href}`)
      .sort(),
    ['a/index.html /a/', 'index.html #top', 'index.html /w/a/#two', 'index.html /w/b.html'],
  );
});
