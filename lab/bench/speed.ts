/** What a PING costs the server, beside node:net and C: writes the table speed.md. */

import { cost, fill, pings, ratio, readRounds, type Subject, server } from './measure.ts';
import { minimalC } from './minimal.ts';
import { machine, markdown, median, save } from './table.ts';

const SIZES = [100, 1000, 10_000];
/** Those of which one is weighed say nothing, beside a few that ask. */
const IDLE = pings(100, 10_000);

const nodeNet: Subject = { name: '`node:net`, ten lines', path: 'lab/bench/node-net.ts' };
const epoll: readonly Subject[] = [
  server('09-epoll'),
  server('09-epoll', '--mode', 'edge'),
  { ...server('09-epoll'), name: '09-epoll, HTTP `/ping`', http: true },
];

/** Measures, and writes the table. */
async function speed(rounds: number): Promise<void> {
  const loads = [...SIZES.map((connections) => pings(connections)), IDLE];
  const grid = await fill([nodeNet, ...minimalC(), ...epoll], loads, rounds);
  const base = grid.get(nodeNet)!;
  const rows = [...grid].map(([subject, columns]) => [
    subject.name,
    ...columns.slice(0, SIZES.length).map((runs, i) => {
      const time = `${median(runs.map(cost)).toFixed(2)} µs`;
      return subject === nodeNet ? time : `${time} (${ratio(runs, base[i]!).toFixed(2)}×)`;
    }),
    `${Math.round(median(columns.at(-1)!.map(({ bytesPerConnection }) => bytesPerConnection)))} B`,
  ]);
  const head = ['processor time per PING', ...SIZES.map((n) => `${n.toLocaleString('en')} connections`)];
  save(
    'speed',
    markdown([[...head, 'idle connection'], ...rows]),
    `${machine}; server on one core, load on the other; medians of ${rounds} interleaved rounds of \`npx tsx lab/bench/speed.ts\``,
  );
}

await speed(readRounds('speed', 'measure what a PING costs, beside node:net and C, and write the table'));
