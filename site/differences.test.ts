/** Differences are those of the files, and the runner's; of a line that changed the words are marked. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseHTML } from 'linkedom';
import { type Chapter, readChapters } from '../chapters/chapters.ts';
import { files, solutions } from '../exercises/exercises.ts';
import { difference } from '../lab/exercises/difference.ts';
import { changedWords, differenceHtml } from './difference-html.ts';
import { checkDifferences, comparisonsOf } from './differences.ts';
import { makeWorkshop } from './fixture.ts';
import { root } from './root.ts';

const chapters = readChapters(root);
const nameOf = ({ name }: Chapter): string => `chapters/${name}/README.md`;

test('what the site shows is what `npx lab diff` prints', (t) => {
  const [from, to] = [files.starter('09-wait'), files.solution('09-wait')];
  const { html, added, removed } = differenceHtml(root, from, to);
  const { document } = parseHTML(html);
  t.is(document.querySelector('code')?.textContent, difference(from, to));
  t.is(document.querySelectorAll('ins.line').length, added);
  t.is(document.querySelectorAll('del.line').length, removed);
  t.true(added > 0 && removed > 0);
});

test('each chapter with a server is compared with the one before it that has one, the first with none', (t) => {
  const ends = chapters.map((chapter) => comparisonsOf(root, chapters, nameOf(chapter)));
  t.deepEqual(ends[0], []);
  const [changes] = comparisonsOf(root, chapters, 'chapters/09-epoll/README.md');
  t.deepEqual(changes, {
    id: 'changes',
    button: 'What changed since chapter 08',
    from: 'chapters/08-poll/server.ts',
    to: 'chapters/09-epoll/server.ts',
  });
  const withServer = chapters.filter(({ traits }) => traits !== undefined);
  t.is(ends.flat().length, withServer.length - 1);
});

test('an exercise is compared with each of its right answers, under names of their own', (t) => {
  const shown = comparisonsOf(root, chapters, 'exercises/09-wait/README.md');
  t.deepEqual(
    shown.map(({ to }) => to),
    solutions('09-wait'),
  );
  t.deepEqual(
    shown.map(({ id }) => id),
    ['solution', 'sorted'],
  );
});

test('the words that changed are marked, and none where the lines have little in common', (t) => {
  const [before, after] = changedWords(['  return line.length;'], ['  return line.length + 1;']);
  t.deepEqual(before, [[]]);
  t.deepEqual(after, [[[21, 24]]]);
  t.deepEqual(changedWords(['one two', 'three'], ['one 2', 'three']), [
    [[[4, 7]], []],
    [[[4, 5]], []],
  ]);
  t.deepEqual(changedWords(['const a = 1;'], ['export function far(): void {}']), [[[]], [[]]]);
});

test('what stands in the files is text, whatever it looks like', (t) => {
  const { dir, write, remove } = makeWorkshop();
  t.teardown(remove);
  write('a.ts', "export const a = '<b>&amp;{{ 1 }}';\n");
  write('b.ts', "export const a = '<i>&lt;{{ 2 }}';\n");
  const { document } = parseHTML(differenceHtml(dir, 'a.ts', 'b.ts').html);
  t.true(document.querySelector('code')?.textContent?.includes("'<i>&lt;{{ 2 }}'"));
  t.is(document.querySelector('i'), null);
});

test('a difference is broken when a file is missing, or both are the same', (t) => {
  const workshop = makeWorkshop();
  t.teardown(workshop.remove);
  const made = readChapters(workshop.dir);
  const check = (file: string): string[] =>
    checkDifferences(workshop.dir, made, file).map(({ line, message }) => `${line}: ${message}`);
  t.deepEqual(check('chapters/02-select/README.md'), []);
  workshop.write('chapters/02-select/server.ts', 'export {};\n');
  workshop.write('chapters/01-iterative/server.ts', 'export {};\n');
  t.deepEqual(check('chapters/02-select/README.md'), [
    '1: the difference "changes" is broken: chapters/01-iterative/server.ts and chapters/02-select/server.ts are the same',
  ]);
  rmSync(join(workshop.dir, 'exercises/01-lines/starter.ts'));
  t.regex(check('exercises/01-lines/README.md').join('\n'), /starter\.ts does not exist/);
});
