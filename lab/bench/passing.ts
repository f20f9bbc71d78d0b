/** The price of passing descriptors: connections accepted by children, handed out with sendmsg, or with process.send. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { machine, markdown, median, save } from './table.ts';
import { processorTime, visit } from './visits.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROUNDS = 7;
const CONNECTIONS = 8000;
const CHILDREN = 4;

/** Servers with as many children each. */
const subjects: Record<string, readonly string[]> = {
  'children accept (05-prefork)': ['chapters/05-prefork/server.ts', '--port', '0', '--children', `${CHILDREN}`],
  'parent passes, `sendmsg` (06)': [
    'chapters/06-descriptor-passing/server.ts',
    '--port',
    '0',
    '--children',
    `${CHILDREN}`,
  ],
  'parent passes, `process.send`': ['lab/bench/node-send.ts'],
};

interface Measurement {
  /** Connections in a second. */
  readonly rate: number;
  /** Processor time of parent and children for each connection, in microseconds. */
  readonly cost: number;
}

/** Starts a server on core 0, visits it from core 1, and ends it. */
async function measure(words: readonly string[], atOnce: number): Promise<Measurement> {
  const command = ['-c', '0', process.execPath, '--import', 'tsx', ...words];
  const server = spawn('taskset', command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const [, port, pid] = /:(\d+) \(pid (\d+)\)$/.exec(line)!.map(Number) as [number, number, number];
    visit(port, CONNECTIONS / 4, atOnce); // all have started, and are compiled
    const [began, used] = [performance.now(), processorTime(pid)];
    visit(port, CONNECTIONS, atOnce);
    const seconds = (performance.now() - began) / 1000;
    return { rate: CONNECTIONS / seconds, cost: (processorTime(pid) - used) / CONNECTIONS };
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
}

execFileSync('taskset', ['-a', '-cp', '1', `${process.pid}`], { stdio: 'ignore' });
const crowds = [1, CHILDREN];
const grid = new Map(Object.keys(subjects).map((name) => [name, crowds.map((): Measurement[] => [])]));
for (let round = 1; round <= ROUNDS; round++) {
  for (const [column, atOnce] of crowds.entries()) {
    for (const [name, words] of Object.entries(subjects)) {
      console.error(`round ${round} of ${ROUNDS}: ${name}, ${atOnce} at a time`);
      grid.get(name)![column]!.push(await measure(words, atOnce));
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
