/** What the threads of a profile did, for a terminal: a few lines for each. */

import { type Frame, hottest } from './frames.ts';
import type { Seen } from './sampler.ts';

/** So many functions of a thread are told, and so many threads. */
const [MOST, MOST_THREADS] = [5, 12];

/** A line for each thread, the busiest first. */
export function* summary({ trees, asleep }: Seen): Generator<string> {
  const names = [...trees.map(({ name }) => name), ...asleep];
  const width = Math.max(...names.map((name) => name.length));
  const shown = trees.slice(0, MOST_THREADS);
  for (const tree of shown) yield `${tree.name.padEnd(width)}  ${parts(tree)}`;
  if (trees.length > shown.length) yield `and ${trees.length - shown.length} more threads, which the page shows`;
  const still = asleep.slice(0, MOST_THREADS - 1);
  for (const name of still) yield `${name.padEnd(width)}  slept in one system call all the while`;
  if (asleep.length > still.length) yield `and ${asleep.length - still.length} more, which did the same`;
}

function parts(tree: Frame): string {
  const own = hottest(tree).slice(0, MOST);
  return own.map(({ name, own }) => `${((100 * own) / tree.value).toFixed(0)}% ${name}`).join(', ') || 'nothing';
}
