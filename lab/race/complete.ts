/** What follows from the measurements of an entry. */

import { median } from '../bench/table.ts';
import { cost, type Entry } from './results.ts';

/** Adds what follows from the measurements. @param reference the entry of the racer to compare with, under the same load */
export function complete(entry: Entry, reference: Entry | undefined): Entry {
  const [first] = entry.measurements;
  if (first === undefined) return entry;
  const { accepted: _, ...numbers } = first;
  const names = Object.keys(numbers) as (keyof typeof numbers)[];
  const medians = Object.fromEntries(
    names.map((name) => [name, median(entry.measurements.map((measurement) => measurement[name]))]),
  ) as unknown as NonNullable<Entry['median']>;
  const pairs = entry.measurements.flatMap((measurement, round) => {
    const other = reference?.measurements[round];
    return other === undefined ? [] : [cost(measurement) / cost(other)];
  });
  return { ...entry, median: medians, ...(pairs.length === 0 ? {} : { ratio: median(pairs) }) };
}
