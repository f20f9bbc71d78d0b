/** Reads the table that a server prints when it ends. */

import type { Program } from './server.ts';

/** A row of it: numbers by the names of their columns. */
export type Row = Readonly<Record<string, number>>;

/** The table that lib/program/tally.ts made, from what a program has printed last. */
export function printedTally({ stdout }: Program): { rows: Row[]; total: Row } {
  const words = stdout.map((line) => line.trim().split(/\s+/));
  const end = words.findLastIndex(([first]) => first === 'total');
  const head = words.findLastIndex((row, i) => i < end && !/^\d/.test(row[0]!));
  if (end < 0 || head < 0) throw new Error(`no table was printed:\n${stdout.join('\n')}`);
  const names = words[head]!;
  const row = (cells: readonly string[]): Row =>
    Object.fromEntries(names.slice(-cells.length).map((name, i) => [name, Number(cells[i])]));
  return { rows: words.slice(head + 1, end).map(row), total: row(words[end]!.slice(1)) };
}
