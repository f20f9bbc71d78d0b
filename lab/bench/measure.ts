/** How the benchmarks measure: a server on one core, its load on the other, processor time per request, in interleaved rounds. */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import type { Measurement } from './client.ts';
import { median } from './table.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A server, as a command line, and the face that is measured. */
export interface Subject {
  readonly name: string;
  readonly command: readonly string[];
  readonly face?: 'http';
}

/** What a server has to bear: connections that ask, and others that are open and say nothing. */
export interface Load {
  readonly active: number;
  readonly idle?: number;
  /** They ask for a BURN of so many rounds instead of a PING. */
  readonly burn?: number;
  /** System calls are counted, too. */
  readonly strace?: boolean;
  /** Server and load share all cores; otherwise each has one. */
  readonly allCores?: boolean;
}

/** The words that start a TypeScript program. @param path from the root of the repository */
export function program(path: string, ...args: string[]): string[] {
  return [process.execPath, '--import', 'tsx', path, ...args];
}

/** The words that start a chapter's server on a free port. @param name as in `09-epoll` */
export function chapter(name: string, ...args: string[]): string[] {
  return program(`chapters/${name}/server.ts`, '--port', '0', ...args);
}

/** A benchmark's command line, with `--rounds`. @param name the program's */
export function roundsCommand(name: string, summary: string): Command {
  return toolCommand(name, summary).option(
    '--rounds <n>',
    'how often everything is measured; what is written are medians',
    wholeNumber(1, 99),
    3,
  );
}

/** Reads `--rounds` where it is the only option. */
export function readRounds(name: string, summary: string): number {
  return roundsCommand(name, summary).parse().opts<{ rounds: number }>().rounds;
}

/** How a server fared that was asked for more than it may bear. */
export interface Trial {
  /** Nothing when it did not live to be measured. */
  readonly measurement?: Measurement;
  /** What it printed on stderr, and the load did. */
  readonly said: readonly string[];
}

/** Words that run a command on one core. */
const core = (number: number, pinned: boolean, command: readonly string[]): string[] =>
  pinned ? ['taskset', '-c', String(number), ...command] : [...command];

/** Starts a server on core 0, loads it from core 1, and ends it. @throws Error when the load could not measure */
export async function measure(subject: Subject, load: Load): Promise<Measurement> {
  const { measurement, said } = await attempt(subject, load);
  for (const line of said) console.error(line);
  if (measurement === undefined) throw new Error(`${subject.name} was not measured`);
  return measurement;
}

/** The same for a server that may fail. */
export async function attempt({ command, face }: Subject, load: Load): Promise<Trial> {
  const said: string[] = [];
  const run = ([word = '', ...words]: string[]): ChildProcessByStdio<null, Readable, Readable> => {
    const child = spawn(word, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
    return child;
  };
  const pinned = load.allCores !== true;
  const server = run(core(0, pinned, command));
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const [, port, pid] = /:(\d+) \(pid (\d+)\)$/.exec(line) as unknown as [string, string, string];
    const words = ['--port', port, '--pid', pid, '--connections', `${load.active}`];
    if (face !== undefined) words.push('--face', face);
    if (load.idle !== undefined) words.push('--idle', `${load.idle}`);
    if (load.burn !== undefined) words.push('--burn', `${load.burn}`);
    if (load.strace === true) words.push('--strace');
    const client = run(core(1, pinned, program('lab/bench/client.ts', ...words)));
    const printed = text(client.stdout);
    const [status] = (await once(client, 'close')) as [number | null];
    return status === 0 ? { measurement: JSON.parse(await printed), said } : { said };
  } finally {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGKILL');
      await once(server, 'close'); // its children have noticed, too
    }
  }
}

/** What was measured, by subject, by load, and by round. */
export type Grid<S extends Subject> = Map<S, Measurement[][]>;

/** Measures every subject under every load, `rounds` times over, so that a drift of the machine meets all alike. */
export async function fill<S extends Subject>(
  subjects: readonly S[],
  loads: readonly Load[],
  rounds: number,
): Promise<Grid<S>> {
  const grid: Grid<S> = new Map(subjects.map((subject) => [subject, loads.map(() => [])]));
  for (let round = 1; round <= rounds; round++) {
    for (const [i, load] of loads.entries()) {
      for (const subject of subjects) {
        console.error(
          `round ${round} of ${rounds}: ${subject.name}, ${load.active} connections, ${load.idle ?? 0} idle`,
        );
        grid.get(subject)![i]!.push(await measure(subject, load));
      }
    }
  }
  return grid;
}

/** Processor time of the server for a request, in microseconds. */
export function cost({ serverMicroseconds, requests }: Measurement): number {
  return serverMicroseconds / requests;
}

/** Ratios are taken round by round, and then their median: the machine may have been slower in one round. */
export function ratio(these: readonly Measurement[], those: readonly Measurement[]): number {
  return median(these.map((measurement, round) => cost(measurement) / cost(those[round]!)));
}
