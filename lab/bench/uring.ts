/** What a PING costs the server on io_uring, beside epoll from TypeScript and from C: writes the table uring.md. */

import { cost, fill, pings, ratio, readRounds, type Subject, server } from './measure.ts';
import { minimalC } from './minimal.ts';
import { machine, markdown, median, save } from './table.ts';

const SIZES = [100, 1000, 10_000];

const subjects: readonly Subject[] = [server('09-epoll'), server('13-io-uring'), server('13-io-uring', '--direct')];

/** Measures, and writes the table. */
async function uring(rounds: number): Promise<void> {
  const loads = SIZES.map((connections) => pings(connections));
  const c = minimalC();
  const base = c[0] ?? subjects[0]!;
  const grid = await fill([...c, ...subjects], loads, rounds);
  const rows = [...grid].map(([subject, columns]) => [
    subject.name,
    ...columns.map((runs, i) => {
      const time = `${median(runs.map(cost)).toFixed(2)} µs`;
      return subject === base ? time : `${time} (${ratio(runs, grid.get(base)![i]!).toFixed(2)}×)`;
    }),
  ]);
  const head = ['processor time per PING', ...SIZES.map((n) => `${n.toLocaleString('en')} connections`)];
  save(
    'uring',
    markdown([head, ...rows]),
    `${machine}; server on one core, load on the other; medians of ${rounds} interleaved rounds of \`npx tsx lab/bench/uring.ts\``,
  );
}

await uring(readRounds('uring', 'measure what a PING costs on io_uring, beside epoll, and write the table'));
