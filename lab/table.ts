/** Rows of words and numbers, for a terminal; and figures as files keep them. */

/**
 * Columns under one another.
 *
 * @param words those of words, which begin at the same place; numbers end there
 * @param room how wide a line may be; the columns for which there is none stand below, behind the first once more
 */
export function align(
  rows: readonly (readonly string[])[],
  words: readonly number[],
  room = Number.POSITIVE_INFINITY,
): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    words.includes(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  const blocks: number[][] = [[]];
  let width = widths[0] ?? 0;
  for (let column = 1; column < widths.length; column++) {
    if (blocks.at(-1)!.length > 0 && width + 2 + widths[column]! > room) {
      blocks.push([]);
      width = widths[0]!;
    }
    blocks.at(-1)!.push(column);
    width += 2 + widths[column]!;
  }
  const text = (row: readonly string[], columns: readonly number[]): string =>
    [0, ...columns]
      .map((column) => pad(row[column] ?? '', column))
      .join('  ')
      .trimEnd();
  return blocks.map((columns) => rows.map((row) => text(row, columns)).join('\n')).join('\n\n');
}

/** JSON, with numbers to six digits, which is more than they are good for. */
export function jsonText(value: unknown): string {
  const rounded = (_key: string, part: unknown): unknown =>
    typeof part === 'number' && !Number.isInteger(part) ? Number(part.toPrecision(6)) : part;
  return `${JSON.stringify(value, rounded, 1)}\n`;
}
