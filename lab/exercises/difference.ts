/** The difference between two answers, as it is shown everywhere: made from the files, never written. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_HEADERS_ONLY, formatPatch, type StructuredPatch, structuredPatch } from 'diff';
import { ROOT } from '../../exercises/exercises.ts';
import { paint } from './paint.ts';

/** So many lines are shown around each change. */
export const CONTEXT = 3;

/**
 * Two files, compared: what stands between the lines that the terminal and the site show.
 *
 * @param from, to paths from the root
 * @param context how many lines around each change
 * @param root of another workshop than this
 */
export function compared(from: string, to: string, context: number, root = ROOT): StructuredPatch {
  const text = (path: string): string => readFileSync(join(root, path), 'utf8');
  return structuredPatch(from, to, text(from), text(to), undefined, undefined, { context });
}

/** Two files in unified format, with three lines around each change. @param from, to paths from the root */
export function difference(from: string, to: string): string {
  return formatPatch(compared(from, to, CONTEXT), FILE_HEADERS_ONLY);
}

/** The lines that differ, each behind the sign of its side. */
function changes(from: string, to: string): string[] {
  const { hunks } = compared(from, to, 0);
  return hunks.flatMap(({ lines }) => lines.filter((line) => /^[+-]/.test(line)));
}

/** How many lines were taken away, and put in. */
export function changedLines(from: string, to: string): number {
  return changes(from, to).length;
}

/** The lines that were put in. */
export function addedLines(from: string, to: string): string[] {
  return changes(from, to)
    .filter((line) => line.startsWith('+'))
    .map((line) => line.slice(1));
}

/** One hunk: the first that has a text in a line of its own side, or else the first. Nothing where the files are the same. */
export function hunk(from: string, to: string, having: string | undefined): string | undefined {
  const { hunks } = compared(from, to, 1);
  const has = (lines: readonly string[]): boolean =>
    having !== undefined && lines.some((line) => line.startsWith('+') && line.includes(having));
  return (hunks.find(({ lines }) => has(lines)) ?? hunks[0])?.lines.join('\n');
}

/** A difference in the colours that people know. */
export function painted(patch: string): string {
  const style = (line: string): string => {
    if (/^(---|\+\+\+) /.test(line)) return paint('bold', line);
    if (line.startsWith('@@')) return paint('cyan', line);
    if (line.startsWith('+')) return paint('green', line);
    return line.startsWith('-') ? paint('red', line) : line;
  };
  return patch.split('\n').map(style).join('\n');
}
