/** How connections are distributed over the threads of the prethreaded chapter, with and without its lock around accept. */

import { machine, markdown, median, save } from './table.ts';
import { shares, total, type Visited, visited } from './visited.ts';

const SERVER = 'chapters/07-prethreaded/server.ts';
const ROUNDS = 5;
/** So many connections before the processor time is measured, and so many while it is. */
const WARM = 1000;
const CONNECTIONS = 8000;
const ways: Record<string, readonly string[]> = { 'no lock': [], '`--mutex`': ['--mutex'] };
const crowds = [1, 4, 64];

const grid = new Map(Object.keys(ways).map((name) => [name, crowds.map((): Visited[] => [])]));
for (let round = 1; round <= ROUNDS; round++) {
  for (const [column, atOnce] of crowds.entries()) {
    for (const [name, args] of Object.entries(ways)) {
      console.error(`round ${round} of ${ROUNDS}: ${name}, ${atOnce} at a time`);
      grid.get(name)![column]!.push(await visited(SERVER, { args }, { count: CONNECTIONS, atOnce, warm: WARM }));
    }
  }
}

const [bare, locked] = [...grid.values()] as [Visited[][], Visited[][]];
const format = (number: number): string => Math.round(number).toLocaleString('en');
const waits = (runs: Visited[]): string => format(median(runs.map((run) => total(run, 'waited'))));
const cost = (runs: Visited[]): string => `${median(runs.map((run) => run.cost)).toFixed(1)} µs`;
const ratio = (runs: Visited[], column: number): string =>
  median(runs.map((run, round) => run.cost / bare[column]![round]!.cost)).toFixed(2);

save(
  'distribution',
  markdown([
    [`of ${format(WARM + CONNECTIONS)} connections`, ...crowds.map((n) => `${n} at a time`)],
    ['each thread had, no lock', ...bare.map((runs) => shares(runs, 'connections'))],
    ['each thread had, `--mutex`', ...locked.map((runs) => shares(runs, 'connections'))],
    ['waited for the lock, all threads', ...locked.map(waits)],
    ['processor time each, no lock', ...bare.map(cost)],
    ['processor time each, `--mutex`', ...locked.map((runs, column) => `${cost(runs)} (${ratio(runs, column)}×)`)],
  ]),
  `${machine}; four threads, the busiest first; medians of ${ROUNDS} interleaved rounds of \`npx tsx lab/bench/distribution.ts\``,
);
