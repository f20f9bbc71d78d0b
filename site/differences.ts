/** Differences between two files, as the site shows them: made from the files when it is built, never written. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chapter } from '../chapters/chapters.ts';
import { files, solutions } from '../exercises/exercises.ts';
import { CONTEXT, compared } from '../lab/exercises/difference.ts';
import type { Problem } from './text.ts';

/** Two files that a page compares. */
export interface Comparison {
  /** Of the difference on its page; it has a link of its own. */
  id: string;
  /** On the button that opens it. */
  button: string;
  /** Paths from the repository's root. */
  from: string;
  to: string;
}

const serverOf = ({ name }: Pick<Chapter, 'name'>): string => `chapters/${name}/server.ts`;

/** The chapter before one, of those that have a server. */
function predecessor(root: string, chapters: readonly Chapter[], chapter: Chapter): Chapter | undefined {
  return chapters.filter((one) => one.number < chapter.number && existsSync(join(root, serverOf(one)))).at(-1);
}

/** A chapter's server against that of the chapter before it. */
function sinceTheLast(root: string, chapters: readonly Chapter[], name: string): Comparison[] {
  const chapter = chapters.find((one) => one.name === name);
  if (chapter === undefined || !existsSync(join(root, serverOf(chapter)))) return [];
  const before = predecessor(root, chapters, chapter);
  if (before === undefined) return [];
  const button = `What changed since chapter ${before.name.slice(0, 2)}`;
  return [{ id: 'changes', button, from: serverOf(before), to: serverOf(chapter) }];
}

/** An exercise's starter against each right answer. */
function answers(root: string, name: string): Comparison[] {
  return solutions(name, root).map((to, index) => ({
    id: index === 0 ? 'solution' : (/([\w-]+)\.ts$/.exec(to)?.[1] ?? ''),
    button: index === 0 ? 'Show the solution' : 'Show another way',
    from: files.starter(name),
    to,
  }));
}

/**
 * What a page ends with.
 *
 * @param root absolute path of the repository
 * @param chapters as `readChapters` gives them
 * @param file the page's text, from the root
 */
export function comparisonsOf(root: string, chapters: readonly Chapter[], file: string): Comparison[] {
  const [, kind, name = ''] = /^(chapters|exercises)\/(\d\d-[\w-]+)\/README\.md$/.exec(file) ?? [];
  if (kind === undefined) return [];
  return kind === 'chapters' ? sinceTheLast(root, chapters, name) : answers(root, name);
}

/** Checks that what a page compares is there, and differs. @param file the page's text, from the root */
export function checkDifferences(root: string, chapters: readonly Chapter[], file: string): Problem[] {
  return comparisonsOf(root, chapters, file).flatMap(({ id, from, to }) => {
    const missing = [from, to].filter((path) => !existsSync(join(root, path)));
    const broken = (why: string): Problem[] => [{ file, line: 1, message: `the difference "${id}" is broken: ${why}` }];
    if (missing.length > 0) return broken(`${missing.join(' and ')} does not exist`);
    const same = readFileSync(join(root, from), 'utf8') === readFileSync(join(root, to), 'utf8');
    return same ? broken(`${from} and ${to} are the same`) : [];
  });
}

/** A line of a difference. */
export interface DifferenceLine {
  /** `@` is the head of a hunk. */
  sign: ' ' | '+' | '-' | '@';
  text: string;
  /** Which line of its file it is, from 0: of the new one, and of the old one where it was taken away. */
  index: number;
}

/** The lines that `npx lab diff` shows, too. @param root absolute path of the repository @param from, to paths from it */
export function differenceLines(root: string, from: string, to: string): DifferenceLine[] {
  return compared(from, to, CONTEXT, root).hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => {
    const head = `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`;
    let [old, now] = [oldStart - 1, newStart - 1];
    const rows = lines
      .filter((line) => !line.startsWith('\\')) // "No newline at end of file"
      .map((line): DifferenceLine => {
        const sign = line.charAt(0) as DifferenceLine['sign'];
        const index = sign === '-' ? old : now;
        if (sign !== '+') old++;
        if (sign !== '-') now++;
        return { sign, text: line.slice(1), index };
      });
    return [{ sign: '@', text: head, index: -1 }, ...rows];
  });
}
