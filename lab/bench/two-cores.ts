/** What a second loop brings on two cores: one thread with epoll, two of them, and Node's cluster, at the same load. */

import { fill, type Measurement, readRounds, type Subject, server } from './measure.ts';
import { machine, markdown, median, save } from './table.ts';

const subjects: readonly Subject[] = [
  server('09-epoll'),
  ...['accept', 'reuseport', 'exclusive'].map((handoff) =>
    server('10-epoll-workers', '--workers', '2', '--handoff', handoff),
  ),
  server('12-coroutines', '--workers', '2'),
  server('14-node-net'),
  server('14-node-net', '--cluster', '2'),
];
const ACTIVE = 64;
const loads = ['BURN 100000', 'BURN 1000', 'PING'].map((command) => ({
  asking: { connections: ACTIVE, command },
  allCores: true,
}));

const rounds = readRounds('two-cores', 'measure what a second loop brings on two cores');
const grid = await fill(subjects, loads, rounds);
const rate = ({ rate }: Measurement): number => rate;
const base = [...grid.values()][0]!;
save(
  'two-cores',
  markdown([
    ['requests/s', ...loads.map(({ asking }) => `\`${asking.command}\``)],
    ...[...grid].map(([{ name }, columns]) => [
      name,
      ...columns.map((runs, i) => {
        const times = median(runs.map((run, round) => rate(run) / rate(base[i]![round]!)));
        return `${Math.round(median(runs.map(rate))).toLocaleString('en')} (${times.toFixed(2)}×)`;
      }),
    ]),
  ]),
  `${machine}; ${ACTIVE} connections, server and load on the same cores; medians of ${rounds} interleaved rounds of \`npx tsx lab/bench/two-cores.ts\``,
);
