/** The test matrix: runs it, and writes the table, the figures and the picture that the text shows. */

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolCommand } from '../../lib/program/tool.ts';
import { chart } from '../cases/chart.ts';
import { cases, OUT } from '../cases/command.ts';
import type { Cases } from '../cases/results.ts';

/** The width of the other pictures. */
const WIDTH = 492;

toolCommand('cases', 'run the test matrix, and write its table and its picture').parse();
const status = await cases([]);
if (status !== 0) process.exit(status);
for (const name of ['cases.json', 'cases.md']) copyFileSync(join(OUT, name), new URL(`./${name}`, import.meta.url));
const all = JSON.parse(readFileSync(join(OUT, 'cases.json'), 'utf8')) as Cases;
writeFileSync(new URL('./cases.svg', import.meta.url), chart(all.cases, WIDTH));
