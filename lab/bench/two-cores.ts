/** What a second loop brings on two cores: one thread with epoll, two of them, and Node's cluster, at the same load. */

import type { Measurement } from './client.ts';
import { chapter, fill, readRounds, type Subject } from './measure.ts';
import { machine, markdown, median, save } from './table.ts';

const subjects: readonly Subject[] = [
  { name: '09-epoll', command: chapter('09-epoll') },
  ...['accept', 'reuseport', 'exclusive'].map((handoff) => ({
    name: `10-epoll-workers \`--workers 2 --handoff ${handoff}\``,
    command: chapter('10-epoll-workers', '--workers', '2', '--handoff', handoff),
  })),
  { name: '12-coroutines `--workers 2`', command: chapter('12-coroutines', '--workers', '2') },
  { name: '14-node-net', command: chapter('14-node-net') },
  { name: '14-node-net `--cluster 2`', command: chapter('14-node-net', '--cluster', '2') },
];
const ACTIVE = 64;
const loads = [
  { active: ACTIVE, burn: 100_000, allCores: true },
  { active: ACTIVE, burn: 1000, allCores: true },
  { active: ACTIVE, allCores: true },
];

const rounds = readRounds('two-cores', 'measure what a second loop brings on two cores');
const grid = await fill(subjects, loads, rounds);
const rate = ({ requests, seconds }: Measurement): number => requests / seconds;
const base = [...grid.values()][0]!;
save(
  'two-cores',
  markdown([
    ['requests/s', ...loads.map(({ burn }) => (burn === undefined ? '`PING`' : `\`BURN ${burn}\``))],
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
