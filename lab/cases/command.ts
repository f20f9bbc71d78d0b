/** `lab cases`: from the words on its command line to the table and the files, and to the exit status. */

import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Argument } from 'commander';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { markdown } from '../bench/table.ts';
import { checkWritable, writeWhole } from '../files.ts';
import { Interrupted, Interruption } from '../interrupt.ts';
import { csv } from '../load/csv.ts';
import { raiseDescriptorLimit } from '../load/limits.ts';
import { file, positiveSpan } from '../load/options.ts';
import { bars } from '../load/report.ts';
import { provenance, sourceOf } from '../provenance.ts';
import { Steps } from '../steps.ts';
import { align, jsonText } from '../table.ts';
import { type Case, KINDS, matrix } from './matrix.ts';
import { page } from './page.ts';
import { type Cases, describe, rows, type Tried, tried } from './results.ts';
import { NotRun, type Outcome, runCase } from './run.ts';

const NAME = 'lab cases';
const [WELL, FAILED, INTERRUPTED] = [0, 1, 130];
/** Where files go unless it is said: git ignores it. */
export const OUT = fileURLToPath(new URL('../../.cache/cases', import.meta.url));

const JSON_FILE = 'cases.json';

/** The columns of words in the table. */
const WORDS = [0, 2, 3, 4];

interface Options {
  readonly upTo: number;
  readonly duration: number;
  readonly out: string;
}

/** Runs the command. @returns the exit status */
export async function cases(words: readonly string[]): Promise<number> {
  const command = toolCommand(
    NAME,
    'Try select, threads and epoll with one client and with very many; say what was expected.',
  )
    .addArgument(new Argument('[kinds...]', 'which of them (default: all)').choices(KINDS))
    .option('--up-to <clients>', 'leave out the cases with more', wholeNumber(1, 1_000_000), 1_000_000)
    .option('--duration <time>', 'how long all clients of a case ask (default: 3s)', positiveSpan('s'), 3000)
    .option('--out <folder>', 'where the files go', file, OUT)
    .addHelpText(
      'after',
      `
For each case a CSV with a row for each connection is written; for all of them
cases.json, cases.md and cases.html, a page that opens offline.

Examples:
  npx ${NAME}
  npx ${NAME} select threads --up-to 1000
  npx ${NAME} epoll --out /tmp/cases

Exit status: 0 when all cases passed, 1 when not, 2 for a mistake here, 130
after Ctrl-C.`,
    )
    .parse(words as string[], { from: 'user' });
  const { upTo, duration, out: folder } = command.opts<Options>();
  const out = resolve(folder);
  const kinds = command.args.length > 0 ? command.args : KINDS;
  const chosen = matrix().filter(({ kind, about }) => kinds.includes(kind) && about <= upTo);
  try {
    makeFolder(out);
    checkWritable(join(out, JSON_FILE));
  } catch (error) {
    console.error(`${NAME}: ${(error as Error).message}`);
    return FAILED;
  }
  raiseDescriptorLimit();
  const files = new Files(out);
  const all: Cases = {
    format: 1,
    provenance: provenance(['cases', ...words]),
    duration,
    ...(await tryAll(chosen, duration, files)),
  };
  console.log(`\n${all.partial === undefined ? '' : `PARTIAL RESULT: ${all.partial}\n\n`}${align(rows(all), WORDS)}\n`);
  files.write(JSON_FILE, jsonText(all));
  files.write('cases.md', `${markdown(rows(all), WORDS)}\n*${sourceOf(all.provenance)}.*\n`);
  files.write('cases.html', page(all));
  files.tell();
  if (all.partial !== undefined) return INTERRUPTED;
  return files.failed || all.cases.some(({ passed }) => !passed) ? FAILED : WELL;
}

/** Makes a folder and those above it. Node's own `recursive` never returns where none can be made, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** One case after the other; what was there when it is interrupted is returned as partial. */
async function tryAll(
  chosen: readonly Case[],
  duration: number,
  files: Files,
): Promise<Pick<Cases, 'cases' | 'partial'>> {
  const list: Tried[] = [];
  const interruption = new Interruption();
  const steps = new Steps(chosen.length);
  try {
    for (const one of chosen) {
      steps.begin(one.title);
      const { name, title, kind } = one;
      try {
        const outcome = await runCase(one, duration, interruption.promise);
        list.push(tried(one, outcome));
        steps.clear();
        tell(list.at(-1)!, outcome);
        files.write(`${name}.csv`, csv(outcome.result));
      } catch (error) {
        if (!(error instanceof NotRun)) throw error;
        list.push({ name, title, kind, passed: false, notRun: error.message });
        steps.clear();
        console.log(`${title}: not run: ${error.message}\n`);
      }
    }
    return { cases: list };
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return { cases: list, partial: 'interrupted' };
  } finally {
    steps.stop();
    interruption.end();
  }
}

/** A case as it was, with its bars. */
function tell({ title, expected, seen, passed, said }: Tried, { result }: Outcome): void {
  const lines = [
    title,
    `  expected  ${describe(expected!)}`,
    `  seen      ${describe(seen!)}`,
    ...(said === undefined ? [] : [`  said      ${said}`]),
    `  ${passed ? 'passed' : 'FAILED'}`,
    ...[...bars(result.roundTrips)].map((line) => `  ${line}`),
  ];
  console.log(`${lines.join('\n')}\n`);
}

/** The files in a folder; one that cannot be written is told in a line, and the others are written all the same. */
class Files {
  failed = false;
  readonly #folder: string;
  #written = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(name: string, text: string): void {
    const path = join(this.#folder, name);
    try {
      writeWhole(path, text);
      this.#written++;
    } catch (error) {
      this.failed = true;
      console.error(`${NAME}: ${(error as Error).message}`);
    }
  }

  tell(): void {
    console.error(`${NAME}: ${this.#written} files are in ${relative('', this.#folder) || '.'}`);
  }
}
