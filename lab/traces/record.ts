/** Records a run of each server: `make traces`. What comes of it is committed beside the chapter, and the site shows it. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Argument } from 'commander';
import { readChapters } from '../../chapters/chapters.ts';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { format } from './format.ts';
import type { Recording } from './recording.ts';
import { record } from './run.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const names = readChapters(ROOT).flatMap(({ name, traits }) => (traits === undefined ? [] : [name]));
const program = toolCommand('record', 'run each server through the same scenario, and write down what it did')
  .addArgument(new Argument('[chapters...]', 'whose servers; all, unless some are named').choices(names))
  .option(
    '--runs <n>',
    'play it so often, and keep the run in which all clients together waited least',
    wholeNumber(1, 100),
    3,
  )
  .parse();
const { runs } = program.opts<{ runs: number }>();

/** Records some runs, and gives the one that was least disturbed by whatever else the machine does. */
async function best(name: string): Promise<Recording> {
  let least: Recording | undefined;
  for (let i = 0; i < runs; i++) {
    const recording = await record(name);
    if (least === undefined || waited(recording) < waited(least)) least = recording;
  }
  return least!;
}

function waited({ clients }: Recording): number {
  return clients.reduce((sum, { connected, answered }) => sum + answered - connected, 0);
}

process.on('SIGINT', () => process.exit(130)).on('SIGTERM', () => process.exit(143)); // and its server goes with it

for (const name of program.args.length > 0 ? program.args : names) {
  try {
    const recording = await best(name);
    const file = `chapters/${name}/recording.json`;
    const text = format(recording);
    writeFileSync(join(ROOT, file), text);
    const calls = recording.workers.reduce((sum, worker) => sum + worker.calls.length, 0);
    console.log(`${file}: ${calls} calls in ${recording.duration / 1e6} s, ${text.length} bytes`);
  } catch (error) {
    console.error(`record: ${name}: ${(error as Error).message.replace(/\s*\n\s*/g, ' ')}`);
    process.exitCode = 1; // the others may be recorded all the same
  }
}
