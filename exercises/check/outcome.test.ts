/** Lines for a terminal: none is too wide where it can be broken, and nothing is lost. */

import test from 'ava';
import fc from 'fast-check';
import { folded, wrap } from './outcome.ts';

const word = fc.stringMatching(/^[a-z(){}=;'.]{1,40}$/);
const words = fc.array(word, { minLength: 1, maxLength: 40 });
const apart = (text: string) => text.split(/\s+/).filter((part) => part !== '');

test('a paragraph is broken between its words', (t) => {
  fc.assert(
    fc.property(words, (list) => {
      const lines = wrap(list.join(' '), '  ').split('\n');
      t.true(lines.every((line) => line.startsWith('  ') && line.length <= 78));
      t.deepEqual(apart(lines.join('\n')), list);
    }),
  );
});

test('a line of code is broken between its words, and what follows stands further in', (t) => {
  fc.assert(
    fc.property(words, fc.nat(20), (list, inset) => {
      const [first = '', ...rest] = folded(' '.repeat(inset) + list.join(' ')).split('\n');
      t.true([first, ...rest].every((line) => line.length <= 74 || apart(line).length === 1));
      t.regex(first, new RegExp(`^ {${inset}}\\S`));
      t.true(rest.every((line) => line.startsWith(' '.repeat(inset + 4))));
      t.deepEqual(apart([first, ...rest].join('\n')), list);
    }),
  );
  t.is(folded('x'.repeat(100)), 'x'.repeat(100), 'a word is never broken');
});
