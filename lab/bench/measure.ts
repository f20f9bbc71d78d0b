/** How the benchmarks measure: a server on one core, its load on the other, processor time per request, in interleaved rounds. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
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
  readonly idle: number;
}

/** The words that start a TypeScript program. @param path from the root of the repository */
export function program(path: string, ...args: string[]): string[] {
  return [process.execPath, '--import', 'tsx', path, ...args];
}

/** The words that start a chapter's server on a free port. @param name as in `09-epoll` */
export function chapter(name: string, ...args: string[]): string[] {
  return program(`chapters/${name}/server.ts`, '--port', '0', ...args);
}

/** Reads `--rounds` from the command line. @param name the program's */
export function readRounds(name: string, summary: string): number {
  const { rounds } = toolCommand(name, summary)
    .option('--rounds <n>', 'how often everything is measured; what is written are medians', wholeNumber(1, 99), 3)
    .parse()
    .opts<{ rounds: number }>();
  return rounds;
}

/** Starts a server on core 0, loads it from core 1, and ends it. */
export async function measure({ command, face }: Subject, { active, idle }: Load): Promise<Measurement> {
  const server = spawn('taskset', ['-c', '0', ...command], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const [, port, pid] = /:(\d+) \(pid (\d+)\)$/.exec(line) as unknown as [string, string, string];
    const words = ['--port', port, '--pid', pid, '--connections', `${active}`, '--idle', `${idle}`];
    if (face !== undefined) words.push('--face', face);
    const client = ['-c', '1', ...program('lab/bench/client.ts', ...words)];
    return JSON.parse(execFileSync('taskset', client, { cwd: ROOT, encoding: 'utf8', timeout: 120_000 }));
  } finally {
    server.kill('SIGKILL');
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
        console.error(`round ${round} of ${rounds}: ${subject.name}, ${load.active} connections, ${load.idle} idle`);
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
