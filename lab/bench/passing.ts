/** The price of passing descriptors: connections accepted by children, handed out with sendmsg, or with process.send. */

import { execFileSync } from 'node:child_process';
import { machine, markdown, median, save } from './table.ts';
import { type Visited, visited } from './visited.ts';

const ROUNDS = 7;
const CONNECTIONS = 8000;
const CHILDREN = 4;

/** Servers with as many children each: a program, and its options. */
const args = ['--children', `${CHILDREN}`];
const subjects: Record<string, [string, string[]]> = {
  'children accept (05-prefork)': ['chapters/05-prefork/server.ts', args],
  'parent passes, `sendmsg` (06)': ['chapters/06-descriptor-passing/server.ts', args],
  'parent passes, `process.send`': ['lab/bench/node-send.ts', []],
};
const by = ['taskset', '-c', '0'];

execFileSync('taskset', ['-a', '-cp', '1', `${process.pid}`], { stdio: 'ignore' });
const crowds = [1, CHILDREN];
const grid = new Map(Object.keys(subjects).map((name) => [name, crowds.map((): Visited[] => [])]));
for (let round = 1; round <= ROUNDS; round++) {
  for (const [column, atOnce] of crowds.entries()) {
    for (const [name, [path, args]] of Object.entries(subjects)) {
      console.error(`round ${round} of ${ROUNDS}: ${name}, ${atOnce} at a time`);
      grid
        .get(name)!
        [column]!.push(await visited(path, { args, by }, { count: CONNECTIONS, atOnce, warm: CONNECTIONS / 4 }));
    }
  }
}

const base = [...grid.values()][0]!;
save(
  'passing',
  markdown([
    ['a connection: connect, `PING`, close', ...crowds.flatMap((n) => [`${n} at a time`, 'processor time each'])],
    ...[...grid].map(([name, columns]) => [
      name,
      ...columns.flatMap((runs, column) => {
        const ratio = median(runs.map(({ cost }, round) => cost / base[column]![round]!.cost));
        const rate = `${Math.round(median(runs.map((run) => run.rate))).toLocaleString('en')}/s`;
        const cost = `${Math.round(median(runs.map((run) => run.cost)))} µs`;
        return [rate, columns === base ? cost : `${cost} (${ratio.toFixed(2)}×)`];
      }),
    ]),
  ]),
  `${machine}; server with ${CHILDREN} children on one core, clients on the other; medians of ${ROUNDS} interleaved rounds of \`npx tsx lab/bench/passing.ts\``,
);
