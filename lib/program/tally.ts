/** The table that a server prints when it ends: who of its workers did how much. */

/**
 * Columns of numbers under their names, the sums of the last ones below.
 *
 * @param names of the columns, as in `['child', 'pid', 'connections']`
 * @param rows a number for each column
 * @param from the first column that has a sum; what stands before it only says who
 */
export function tally(names: readonly string[], rows: readonly (readonly (number | bigint)[])[], from: number): string {
  const sums = names.map((_, column) =>
    column < from ? '' : `${rows.reduce((sum, row) => sum + BigInt(row[column] ?? 0), 0n)}`,
  );
  const lines = [names, ...rows.map((row) => row.map(String)), ['total', ...sums.slice(1)]];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines.map((line) => line.map((word, column) => word.padStart(widths[column]!)).join('  ')).join('\n');
}
