/** All chapters in a race, beside node:net and C: writes race.json, and from it the tables that the texts show. */

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolCommand } from '../../lib/program/tool.ts';
import { count, time } from '../load/units.ts';
import { sourceOf } from '../provenance.ts';
import { race } from '../race/command.ts';
import { cost, type Entry, isBorne, type Race } from '../race/results.ts';
import { tables } from '../race/table.ts';
import { markdown, save } from './table.ts';

const FILE = new URL('./race.json', import.meta.url);
/** Those whose cost is compared in a table of its own; the first is what the others are compared with. */
const LOOPS = ['09-epoll', '10-epoll-workers', '11-reactor', '12-coroutines', '13-io-uring', '14-node-net'];

/** The loops beside each other: what a PING costs them, and what an idle connection does. */
function loops({ entries }: Race): string[][] {
  const ping = entries.filter(({ scenario, load }) => scenario === 'ping' && load.asking.connections > 1);
  const sizes = [...new Set(ping.map(({ load }) => load.asking.connections))];
  const price = ({ median, ratio = 1 }: Entry): string => `${time(cost(median!))} (${ratio.toFixed(2)}×)`;
  return [
    ['processor time per `PING`', ...sizes.map((size) => `${count(size)} connections`), 'idle connection'],
    ...LOOPS.map((name) => {
      const of = (scenario: string, size?: number): Entry | undefined =>
        entries.find(
          (one) =>
            one.racer === name &&
            one.scenario === scenario &&
            isBorne(one) &&
            (size === undefined || one.load.asking.connections === size),
        );
      const idle = of('idle')?.median?.bytesPerConnection;
      const prices = sizes.map((size) => of('ping', size)).map((entry) => (entry === undefined ? '' : price(entry)));
      return [name, ...prices, idle === undefined ? '' : `${count(Math.max(0, idle))} B`];
    }),
  ];
}

const { tablesOnly } = toolCommand('race', 'measure every chapter under the same loads, and write the tables')
  .option('--tables-only', 'make the tables of race.json as it is', false)
  .parse()
  .opts<{ tablesOnly: boolean }>();
const status = tablesOnly ? 0 : await race(['--baseline', '--json', relative('', fileURLToPath(FILE))]);
if (status !== 0) process.exit(status);

const measured = JSON.parse(readFileSync(FILE, 'utf8')) as Race;
const { rounds, provenance, reference } = measured;
const source = `${sourceOf(provenance)}; server on one core, load on the other; medians of ${rounds} interleaved rounds`;
for (const { name, title, rows, words } of tables(measured)) {
  const [[, ...head] = [], ...body] = rows;
  const corner = name === 'ends' ? 'server' : title.split(':')[0]!;
  const text = name === 'ends' ? source : `${source}; ratio: to ${reference}; calls with \\* counted by strace`;
  const cells = body.map((row) => row.map((cell) => cell.replaceAll('|', '/')));
  save(`race-${name}`, markdown([[corner, ...head], ...cells], words), text);
}
save('loops', markdown(loops(measured)), source);
