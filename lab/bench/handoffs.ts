/** Four ways to share a port among epoll loops: who got how many connections, and who was woken for them. */

import { readRounds } from './measure.ts';
import { machine, markdown, median, save } from './table.ts';
import { shares, total, type Visited, visited } from './visited.ts';

const SERVER = 'chapters/10-epoll-workers/server.ts';
const WORKERS = 4;
/** So many connections before the measuring, and so many while it lasts. */
const WARM = 1000;
const COUNT = 8000;
const handoffs = ['accept', 'reuseport', 'exclusive', 'shared'];
const crowds = [1, 16];

const rounds = readRounds('handoffs', 'measure how epoll workers share their connections, and what wakes them');
const grid = new Map(handoffs.map((handoff) => [handoff, crowds.map((): Visited[] => [])]));
for (let round = 1; round <= rounds; round++) {
  for (const [column, atOnce] of crowds.entries()) {
    for (const handoff of handoffs) {
      console.error(`round ${round} of ${rounds}: ${handoff}, ${atOnce} at a time`);
      const args = ['--workers', `${WORKERS}`, '--handoff', handoff];
      grid.get(handoff)![column]!.push(await visited(SERVER, { args }, { count: COUNT, atOnce, warm: WARM }));
    }
  }
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');
/** How often epoll_wait told a worker of the listener, for each connection. */
const told = (runs: readonly Visited[]): string =>
  median(runs.map((run) => total(run, 'told') / (WARM + COUNT))).toFixed(2);
const sleeps = (runs: readonly Visited[]): string => median(runs.map((run) => run.sleeps)).toFixed(2);
const cost = (runs: readonly Visited[]): string => `${median(runs.map((run) => run.cost)).toFixed(1)} µs`;

save(
  'handoffs',
  markdown([
    [
      `of ${whole(WARM + COUNT)} connections, each worker had`,
      ...crowds.flatMap((n) => [`${n} at a time`, 'told of the listener', 'went to sleep', 'processor time']),
    ],
    ...[...grid].map(([handoff, columns]) => [
      `\`${handoff}\``,
      ...columns.flatMap((runs) => [shares(runs, 'connections'), told(runs), sleeps(runs), cost(runs)]),
    ]),
  ]),
  `${machine}; ${WORKERS} workers, the busiest first; what follows is for each connection, all threads together; medians of ${rounds} interleaved rounds of \`npx tsx lab/bench/handoffs.ts\``,
);
