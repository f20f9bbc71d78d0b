/** What a PING costs the server, beside node:net and C: writes the table speed.md. */

import { chapter, cost, fill, program, ratio, readRounds, type Subject } from './measure.ts';
import { minimalC } from './minimal.ts';
import { machine, markdown, median, save } from './table.ts';

const SIZES = [100, 1000, 10_000];

const nodeNet: Subject = { name: '`node:net`, ten lines', command: program('lab/bench/node-net.ts') };
const epoll: readonly Subject[] = [
  { name: '09-epoll', command: chapter('09-epoll') },
  { name: '09-epoll `--mode edge`', command: chapter('09-epoll', '--mode', 'edge') },
  { name: '09-epoll, HTTP `/ping`', command: chapter('09-epoll'), face: 'http' },
];

/** Measures, and writes the table. */
async function speed(rounds: number): Promise<void> {
  const loads = SIZES.map((active) => ({ active }));
  const grid = await fill([nodeNet, ...minimalC(), ...epoll], loads, rounds);
  const base = grid.get(nodeNet)!;
  const rows = [...grid].map(([subject, columns]) => [
    subject.name,
    ...columns.map((runs, i) => {
      const time = `${median(runs.map(cost)).toFixed(2)} µs`;
      return subject === nodeNet ? time : `${time} (${ratio(runs, base[i]!).toFixed(2)}×)`;
    }),
    subject.face === undefined ? `${Math.round(median(columns.at(-1)!.map(({ idleBytes }) => idleBytes)))} B` : '',
  ]);
  const head = ['processor time per PING', ...SIZES.map((n) => `${n.toLocaleString('en')} connections`)];
  save(
    'speed',
    markdown([[...head, 'idle connection'], ...rows]),
    `${machine}; server on one core, load on the other; medians of ${rounds} interleaved rounds of \`npx tsx lab/bench/speed.ts\``,
  );
}

await speed(readRounds('speed', 'measure what a PING costs, beside node:net and C, and write the table'));
