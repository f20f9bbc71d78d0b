/** What becomes of small writes: the table of chapter 18, as its program measures it. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inWords } from '../../chapters/18-small-writes/exchange.ts';
import type { Measured, Row } from '../../chapters/18-small-writes/nagle.ts';
import { program } from './measure.ts';
import { machine, markdown, save } from './table.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const [command = '', ...words] = program('chapters/18-small-writes/nagle.ts', '--json');
const { two, eight } = JSON.parse(execFileSync(command, words, { cwd: ROOT, encoding: 'utf8' })) as Measured;

const cells = (row: Row | undefined): string[] =>
  row === undefined ? ['', '', ''] : [`${row.segments}`, `${row.acknowledgements}`, inWords(row.took)];
const rows = two.map((row) => [row.name, ...cells(row), ...cells(eight.find(({ name }) => name === row.name))]);
save(
  'small-writes',
  markdown([
    ['for a request', 'in two: segments', 'bare acks', 'time', 'in eight: segments', 'bare acks', 'time'],
    ...rows,
  ]),
  `${machine}; over loopback; medians of 20 requests, by \`npx tsx lab/bench/small-writes.ts\``,
);
