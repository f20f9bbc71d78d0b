/** The benchmark: servers on one core, their load on the other, processor time per request, in interleaved rounds. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { wholeNumber } from '../../lib/program/program.ts';
import type { Measurement } from './client.ts';
import { machine, markdown, median, save } from './table.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { rounds } = new Command('bench')
  .description('measure the servers against node:net and C, and write the tables that the chapters show')
  .option('--rounds <n>', 'how often everything is measured; the tables show medians', wholeNumber(1, 99), 3)
  .parse()
  .opts<{ rounds: number }>();

/** A server, as a command line, and the face that is measured. */
interface Subject {
  readonly name: string;
  readonly command: readonly string[];
  readonly face?: 'http';
}

const scratch = mkdtempSync(join(tmpdir(), 'sockets-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const program = (path: string, ...args: string[]): string[] => [process.execPath, '--import', 'tsx', path, ...args];
const chapter = (name: string, ...args: string[]): string[] =>
  program(`chapters/${name}/server.ts`, '--port', '0', ...args);

const nodeNet: Subject = { name: '`node:net`, ten lines', command: program('lab/bench/node-net.ts') };
const level: Subject = { name: '09-epoll', command: chapter('09-epoll') };
const edge: Subject = { name: '09-epoll `--mode edge`', command: chapter('09-epoll', '--mode', 'edge') };
const http: Subject = { name: '09-epoll, HTTP `/ping`', command: chapter('09-epoll'), face: 'http' };
const select: Subject = { name: '02-select', command: chapter('02-select', '--big-sets') };

/** The C server, where there is a compiler. */
function minimalC(): Subject[] {
  const binary = join(scratch, 'epoll');
  try {
    execFileSync('cc', ['-O2', '-o', binary, join(ROOT, 'lab/bench/epoll.c')], { stdio: 'pipe' });
  } catch (error) {
    console.error(`no C server in the tables: ${(error as Error).message.split('\n')[0]}`);
    return [];
  }
  return [{ name: 'C, epoll, no parser', command: [binary] }];
}

/** Starts a server on core 0, loads it from core 1, and ends it. */
async function measure({ command, face }: Subject, connections: number, idle: number): Promise<Measurement> {
  const server = spawn('taskset', ['-c', '0', ...command], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const [, port, pid] = /:(\d+) \(pid (\d+)\)$/.exec(line) as unknown as [string, string, string];
    const words = ['--port', port, '--pid', pid, '--connections', `${connections}`, '--idle', `${idle}`];
    if (face !== undefined) words.push('--face', face);
    const client = ['-c', '1', ...program('lab/bench/client.ts', ...words)];
    return JSON.parse(execFileSync('taskset', client, { cwd: ROOT, encoding: 'utf8', timeout: 120_000 }));
  } finally {
    server.kill('SIGKILL');
  }
}

/** Medians of what was measured, by subject and by column. */
type Grid = Map<Subject, Measurement[][]>;

/** Measures every subject in every column, `rounds` times over, so that a drift of the machine meets all alike. */
async function fill(subjects: readonly Subject[], columns: readonly { active: number; idle: number }[]): Promise<Grid> {
  const grid: Grid = new Map(subjects.map((subject) => [subject, columns.map(() => [])]));
  for (let round = 1; round <= rounds; round++) {
    for (const [i, { active, idle }] of columns.entries()) {
      for (const subject of subjects) {
        console.error(`round ${round} of ${rounds}: ${subject.name}, ${active} connections, ${idle} idle`);
        grid.get(subject)![i]!.push(await measure(subject, active, idle));
      }
    }
  }
  return grid;
}

const cost = ({ serverMicroseconds, requests }: Measurement): number => serverMicroseconds / requests;

/** Ratios are taken round by round, and then their median: the machine may have been slower in one round. */
function ratio(these: Measurement[], those: Measurement[]): number {
  return median(these.map((measurement, round) => cost(measurement) / cost(those[round]!)));
}

const source = `${machine}; server on one core, load on the other; medians of ${rounds} interleaved rounds of \`make bench\``;

// Speed: what a PING costs the server.
const sizes = [100, 1000, 10_000];
const speed = await fill(
  [nodeNet, ...minimalC(), level, edge, http],
  sizes.map((active) => ({ active, idle: 0 })),
);
const base = speed.get(nodeNet)!;
save(
  'speed',
  markdown([
    ['processor time per PING', ...sizes.map((n) => `${n.toLocaleString('en')} connections`), 'idle connection'],
    ...[...speed].map(([subject, columns]) => [
      subject.name,
      ...columns.map((runs, i) => {
        const time = `${median(runs.map(cost)).toFixed(2)} µs`;
        return subject === nodeNet ? time : `${time} (${ratio(runs, base[i]!).toFixed(2)}×)`;
      }),
      subject.face === undefined ? `${Math.round(median(columns.at(-1)!.map(({ idleBytes }) => idleBytes)))} B` : '',
    ]),
  ]),
  source,
);

// Growth: what the same PING costs beside connections that say nothing.
const crowds = [0, 100, 1000, 5000];
const growth = await fill(
  [select, level],
  crowds.map((idle) => ({ active: 10, idle })),
);
save(
  'growth',
  markdown([
    ['processor time per PING, 10 connections busy', ...crowds.map((n) => `${n.toLocaleString('en')} idle`)],
    ...[...growth].map(([{ name }, columns]) => [
      name,
      ...columns.map((runs) => `${median(runs.map(cost)).toFixed(2)} µs`),
    ]),
  ]),
  source,
);
