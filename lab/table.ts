/** Rows of words and numbers, for a terminal; and figures as files keep them. */

/** Columns under one another. @param words those of words, which begin at the same place; numbers end there */
export function align(rows: readonly (readonly string[])[], words: readonly number[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    words.includes(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

/** JSON, with numbers to six digits, which is more than they are good for. */
export function jsonText(value: unknown): string {
  const rounded = (_key: string, part: unknown): unknown =>
    typeof part === 'number' && !Number.isInteger(part) ? Number(part.toPrecision(6)) : part;
  return `${JSON.stringify(value, rounded, 1)}\n`;
}
