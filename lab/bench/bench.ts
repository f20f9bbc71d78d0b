/** The benchmark: all that the chapters show, measured anew, one after the other. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Argument } from 'commander';
import { toolCommand } from '../../lib/program/tool.ts';

/** The programs that write tables and pictures, each by itself a command. */
const NAMES = [
  'speed',
  'uring',
  'sendfile',
  'small-writes',
  'race',
  'cases',
  'growth',
  'two-cores',
  'one-core',
  'handoffs',
  'distribution',
  'passing',
  'connection',
  'children',
  'threads',
  'pointers',
  'http-parsers',
  'load',
  'dashboard',
  'pool',
];

const { args } = toolCommand('bench', 'measure the servers, and write the tables and pictures that the chapters show')
  .addArgument(new Argument('[names...]', 'what to measure; everything, unless some are named').choices(NAMES))
  .parse();

for (const name of args.length > 0 ? args : NAMES) {
  console.error(`${name} (npx tsx lab/bench/${name}.ts)`);
  const path = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', path], { stdio: 'inherit' });
  if (status !== 0) process.exit(1); // it has said why
}
