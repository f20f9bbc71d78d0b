/** How connections are distributed over the threads of the prethreaded chapter, with and without its lock around accept. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { machine, markdown, median, save } from './table.ts';
import { processorTime, visit } from './visits.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROUNDS = 5;
/** So many connections before the processor time is measured, and so many while it is. */
const WARM = 1000;
const CONNECTIONS = 8000;
const ways: Record<string, readonly string[]> = { 'no lock': [], '`--mutex`': ['--mutex'] };
const crowds = [1, 4, 64];

interface Measurement {
  /** Connections of each thread, the busiest first. */
  readonly shares: number[];
  /** How often a thread had to wait for the lock. */
  readonly waited: number;
  /** Processor time for each connection, in microseconds. */
  readonly cost: number;
}

/** Starts a server, visits it, ends it, and reads its table. */
async function measure(args: readonly string[], atOnce: number): Promise<Measurement> {
  const words = ['--import', 'tsx', 'chapters/07-prethreaded/server.ts', '--port', '0', ...args];
  const server = spawn(process.execPath, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: server.stdout });
  const printed = text(server.stdout);
  const [line] = (await once(lines, 'line')) as [string];
  const [, port, pid] = /:(\d+) \(pid (\d+)\)$/.exec(line)!.map(Number) as [number, number, number];
  visit(port, WARM, atOnce);
  const used = processorTime(pid);
  visit(port, CONNECTIONS, atOnce);
  const cost = (processorTime(pid) - used) / CONNECTIONS;
  server.kill('SIGINT');
  const rows = (await printed).split('\n').flatMap((row) => {
    const [thread, ...numbers] = row.trim().split(/\s+/).map(Number);
    return Number.isInteger(thread) && numbers.length > 0 ? [numbers] : [];
  });
  return {
    shares: rows.map(([connections]) => connections!).sort((a, b) => b - a),
    waited: rows.reduce((sum, [, waited = 0]) => sum + waited, 0),
    cost,
  };
}
const grid = new Map(Object.keys(ways).map((name) => [name, crowds.map((): Measurement[] => [])]));
for (let round = 1; round <= ROUNDS; round++) {
  for (const [column, atOnce] of crowds.entries()) {
    for (const [name, args] of Object.entries(ways)) {
      console.error(`round ${round} of ${ROUNDS}: ${name}, ${atOnce} at a time`);
      grid.get(name)![column]!.push(await measure(args, atOnce));
    }
  }
}

const [bare, locked] = [...grid.values()] as [Measurement[][], Measurement[][]];
const format = (number: number): string => Math.round(number).toLocaleString('en');
/** A thread's share, by its rank: who was the busiest is another one in each round. */
const shares = (runs: Measurement[]): string =>
  runs[0]!.shares.map((_, rank) => format(median(runs.map((run) => run.shares[rank]!)))).join(' · ');
const waits = (runs: Measurement[]): string => format(median(runs.map(({ waited }) => waited)));
const cost = (runs: Measurement[]): string => `${median(runs.map((run) => run.cost)).toFixed(1)} µs`;
const ratio = (runs: Measurement[], column: number): string =>
  median(runs.map((run, round) => run.cost / bare[column]![round]!.cost)).toFixed(2);

save(
  'distribution',
  markdown([
    [`of ${format(WARM + CONNECTIONS)} connections`, ...crowds.map((n) => `${n} at a time`)],
    ['each thread had, no lock', ...bare.map(shares)],
    ['each thread had, `--mutex`', ...locked.map(shares)],
    ['waited for the lock, all threads', ...locked.map(waits)],
    ['processor time each, no lock', ...bare.map(cost)],
    ['processor time each, `--mutex`', ...locked.map((runs, column) => `${cost(runs)} (${ratio(runs, column)}×)`)],
  ]),
  `${machine}; four threads, the busiest first; medians of ${ROUNDS} interleaved rounds of \`npx tsx lab/bench/distribution.ts\``,
);
