/** The glossary: every term stands in its order, is used, is explained somewhere, and is linked once in each text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { GLOSSARY, readTerms, type Term, termFinder, terms } from './glossary.ts';
import { markdownFiles, pageOf } from './pages.ts';
import { root } from './root.ts';
import { takeApart } from './text.ts';

const all = terms(root);
const glossary = readFileSync(join(root, GLOSSARY), 'utf8');
const texts = markdownFiles(root).filter((file) => pageOf(file) !== undefined && !file.startsWith('site/'));
const prose = texts.map((file) =>
  takeApart(readFileSync(join(root, file), 'utf8'))
    .prose.map(({ text }) => text)
    .join(' '),
);

test('the terms stand in alphabetical order, and no word belongs to two', (t) => {
  t.true(all.length > 30);
  const names = all.map(({ name }) => name.toLowerCase());
  t.deepEqual(names, [...names].sort());
  const words = all.flatMap(({ name, also }) => [name, ...also].map((word) => word.toLowerCase()));
  t.is(new Set(words).size, words.length);
});

for (const term of all) {
  test(`${term.name} is used in a text or by another term, explained in one, and has a meaning that ends`, (t) => {
    const find = termFinder([term]);
    const used = prose.some((text) => find(text).some((piece) => piece.term === term));
    t.true(used || glossary.includes(`](#${term.id})`));
    t.true(
      term.explainedIn.some((file) => texts.includes(file)),
      term.explainedIn.join(),
    );
    t.regex(term.meaning, /^[A-Z].{15,}\.$/);
  });
}

const read = (markdown: string): Term[] => readTerms(markdown);

test('a term has other words, an anchor, the first sentence, and where it is explained', (t) => {
  const markdown = `# Glossary

Some words.

### half-close
*also: half-closed, half-closes*

The end of \`one\` [direction](#direction) of
a connection. And more. [Chapter 01](../chapters/01-iterative/README.md#end)

### Nagle's algorithm

While data waits.
`;
  t.deepEqual(read(markdown), [
    {
      name: 'half-close',
      also: ['half-closed', 'half-closes'],
      id: 'half-close',
      meaning: 'The end of one direction of a connection.',
      explainedIn: ['chapters/01-iterative/README.md'],
    },
    { name: "Nagle's algorithm", also: [], id: 'nagle-s-algorithm', meaning: 'While data waits.', explainedIn: [] },
  ]);
});

test('a term is found as a whole word, in its longest form, whatever its case', (t) => {
  const [loop, event] = read('### loop\n\nA loop.\n\n### event loop\n\nAn event loop.\n');
  const found = termFinder([loop!, event!])('An Event loop, a loop-back and loops: the loop');
  t.deepEqual(
    found.map(({ text, term }) => (term === undefined ? text : `[${text}→${term.name}]`)).join(''),
    'An [Event loop→event loop], a loop-back and loops: the [loop→loop]',
  );
});
