/** What a PING costs beside more and more connections that say nothing: writes the table growth.md and its picture. */

import { cost, fill, pings, readRounds, type Subject, server } from './measure.ts';
import { type Point, savePlot } from './plot.ts';
import { machine, markdown, median, save } from './table.ts';

const ACTIVE = 10;
const CROWDS = [10, 30, 100, 300, 1000, 3000, 10_000];

const subjects: readonly (Subject & { readonly call: string })[] = [
  { ...server('02-select', '--big-sets'), call: 'select' },
  { ...server('08-poll'), call: 'poll' },
  { ...server('09-epoll'), call: 'epoll' },
];

/** Measures, and writes the table and the picture. */
async function growth(rounds: number): Promise<void> {
  const loads = CROWDS.map((idle) => pings(ACTIVE, idle));
  const grid = await fill(subjects, loads, rounds);
  const columns = [...grid].map(([{ call }, runs]) => ({ call, times: runs.map((run) => median(run.map(cost))) }));
  const source = `${machine}; server on one core, load on the other; medians of ${rounds} interleaved rounds of \`npx tsx lab/bench/growth.ts\``;
  save(
    'growth',
    markdown([
      ['idle connections', ...columns.map(({ call }) => call)],
      ...CROWDS.map((idle, i) => [idle.toLocaleString('en'), ...columns.map(({ times }) => times[i]!.toFixed(2))]),
    ]),
    `Processor time of the server per PING, in µs, beside ${ACTIVE} busy connections. ${source}`,
  );
  const points: Point[] = columns.flatMap(({ call, times }) =>
    times.map((time, i) => ({ series: call, x: CROWDS[i]!, y: time })),
  );
  savePlot('growth', points, {
    title: 'What a PING costs beside idle connections',
    x: 'idle connections',
    y: 'µs of processor time per PING',
  });
}

await growth(readRounds('growth', 'measure what idle connections cost under select, poll and epoll'));
