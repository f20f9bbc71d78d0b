/** Spelling: every word of the texts is known, and the list of the field's words holds no word that nobody needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { root } from './root.ts';
import { checkSpelling, spelledFiles, speller, WORDS, wordsIn } from './spelling.ts';
import { describe } from './text.ts';

const own = readFileSync(join(root, WORDS), 'utf8').trimEnd().split('\n');

test('no word of the texts, the components and the pictures is misspelt', (t) => {
  const files = spelledFiles(root);
  for (const end of ['chapters/09-epoll/README.md', 'site/index.md', '.svg', '.vue']) {
    t.true(
      files.some((file) => file.endsWith(end)),
      end,
    );
  }
  const problems = checkSpelling(root, speller(own)).map(describe);
  t.deepEqual(problems, [], `mend them, or add a word of the field to ${WORDS}`);
});

test('the word list is sorted, and each of its words is used and in no dictionary', (t) => {
  const order = (a: string, b: string): number => {
    const [one, other] = [a.toLowerCase(), b.toLowerCase()];
    return one === other ? (a < b ? -1 : 1) : one < other ? -1 : 1;
  };
  t.deepEqual(own, [...new Set(own)].sort(order));
  const needed = new Set(checkSpelling(root, speller([])).map(({ message }) => message.split('"')[1]!));
  t.deepEqual(
    own.filter((word) => !needed.has(word) && !needed.has(word[0]!.toUpperCase() + word.slice(1))),
    [],
  );
});

const words = (file: string, ...lines: string[]): string[] =>
  wordsIn(file, lines.join('\n')).map(({ number, text }) => `${number} ${text}`);

test('words are the prose of a text and what is said before it; code, addresses and names are not', (t) => {
  const text = [
    '---',
    'title: "Ths title"',
    'layout: pge',
    'instructor:',
    '  - "Ask: `acept`',
    '    or lissten?"',
    'diagnoses:',
    '  lost-byts:',
    '    says: >-',
    '      Somthing, in take() or setTimout.',
    '    hunk: "indxOf"',
    '---',
    "## Wat ist that? It's the client's {#anchr}",
    '<<< ./srver.ts#lop',
    '```sh',
    'npx tsx chaptrs',
    '```',
    'One `ecpoll_wait`, a [lnk](./srver.ts#lop), <https://exmple.org>, <Laddr /> and `two',
    'lins`. <!-- comnt --> The file srver.ts, half-closd, x86, a_nme, EBADFD.',
  ];
  t.deepEqual(words('chapters/01-a/README.md', ...text), [
    ...['2 Ths', '2 title', '5 Ask', '6 or', '6 lissten', '10 Somthing', '10 in', '10 or'],
    ...['13 Wat', '13 ist', '13 that', '13 It', '13 the', '13 client'],
    ...['18 One', '18 lnk', '18 and', '19 The', '19 file', '19 half', '19 closd'],
  ]);
});

test('words of a component are what its template says; of a picture, its labels', (t) => {
  const component = [
    '<!-- A comnt. -->',
    '<script setup lang="ts">',
    "const scrpt = 'nothing';",
    '</script>',
    '<template>',
    '  <p v-if="a > b" class="clss" aria-label="A labl">Some txt {{ expresion }}',
    '    <code>cde</code></p>',
    '</template>',
    '<style scoped>.styl { color: red; }</style>',
  ];
  t.deepEqual(words('a.vue', ...component), ['6 labl', '6 Some', '6 txt']);
  t.deepEqual(
    words('a.svg', '<?xml versn="1"?>', '<svg class="pictre"><text x="1">who</text>', '<text>wats</text></svg>'),
    ['2 who', '3 wats'],
  );
});

test('a word is known as the dictionary or the list has it, in British spelling, also where a sentence begins', (t) => {
  const knows = speller(['epoll', 'VitePress']);
  for (const word of ['colour', 'Behaviour', "doesn't", 'epoll', 'Epoll', 'VitePress']) t.true(knows(word), word);
  for (const word of ['color', 'teh', 'Teh', 'Vitepress']) t.false(knows(word), word);
});
