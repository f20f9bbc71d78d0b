/** Spans of time as people write them; and numbers as they like to read them. */

import { InvalidArgumentError } from 'commander';

export { bytes, count, many, short, time } from './numbers.ts';

const MILLISECONDS: Readonly<Record<string, number>> = {
  us: 0.001,
  µs: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
/** A day: nothing here is meant to run longer. */
const LONGEST = 86_400_000;

/**
 * An option's parser that takes spans of time: 250us, 10ms, 1.5s, 2m, 1h; without a unit they are of the unit given.
 *
 * @returns a parser whose result is in milliseconds
 */
export function span(unit: 'ms' | 's'): (text: string) => number {
  return (text) => {
    const [, number, word = unit] = /^(\d+(?:\.\d+)?)\s*(us|µs|ms|s|m|h)?$/.exec(text) ?? [];
    const milliseconds = Number(number) * MILLISECONDS[word]!;
    if (milliseconds >= 0 && milliseconds <= LONGEST) return milliseconds;
    throw new InvalidArgumentError('It takes a span of time of at most a day, such as 500ms, 10s or 2m.');
  };
}
