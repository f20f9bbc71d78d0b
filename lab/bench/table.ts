/** How the benchmarks print: tables in Markdown, with the machine that they come from, in a file that a text includes. */

import { writeFileSync } from 'node:fs';

export { machine } from '../../lib/program/machine.ts';

/** The middle one of some numbers, or the upper one of the two in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** A table; the first row is the head. @param words the columns that hold words; the others hold numbers */
export function markdown(rows: readonly (readonly string[])[], words: readonly number[] = [0]): string {
  const [head = [], ...body] = rows;
  const rule = head.map((_, i) => (words.includes(i) ? '---' : '---:'));
  return [head, rule, ...body].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

/** Prints a table, and writes it to NAME.md in this folder. @param source where it comes from: machine and command */
export function save(name: string, table: string, source: string): void {
  const text = `${table}\n*${source}.*\n`;
  writeFileSync(new URL(`./${name}.md`, import.meta.url), text);
  console.log(`\n${text}`);
}
