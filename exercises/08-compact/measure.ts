/** How long it takes to take a descriptor out of a list: the exercise is about what that depends on. */

import { POLLIN } from '../../lib/sys/poll.ts';
import type { PollList } from './starter.ts';

/** So often it is tried, and the best counts: whatever else the machine does makes it longer. */
const ROUNDS = 10;
/** So many are taken out in each, from the middle of the list. */
const AT_ONCE = 20;

/** @returns nanoseconds for each */
function cost(List: typeof PollList, entries: number): number {
  const list = new List();
  for (let fd = 0; fd < entries; fd++) list.set(fd, POLLIN);
  let best = Number.POSITIVE_INFINITY;
  let fd = entries / 2;
  for (let round = 0; round < ROUNDS; round++) {
    const began = process.hrtime.bigint();
    for (let i = 0; i < AT_ONCE; i++) list.remove(fd++);
    best = Math.min(best, Number(process.hrtime.bigint() - began) / AT_ONCE);
  }
  return best;
}

/** @returns a line that compares a list with one of a hundred times as many entries */
export function measure(List: typeof PollList): string {
  const [few, many] = [1000, 100_000];
  for (let i = 0; i < 100; i++) cost(List, few); // until it is compiled
  const [one, other] = [cost(List, few), cost(List, many)].map((time) => Math.ceil(time));
  return `remove(): ${one} ns among ${few} entries, ${other} ns among ${many}`;
}
