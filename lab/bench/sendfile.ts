/** What a file costs the server of chapter 17, sent by read and write, by sendfile and by splice: time, and system calls. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { program, readRounds } from './measure.ts';
import { processorTime } from './observe.ts';
import { machine, markdown, median, save } from './table.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ways = ['read', 'sendfile', 'splice'];
/** A file, and how often it is fetched in a round. */
const files = [
  { name: 'large', bytes: 2 ** 30, count: 2, warm: 1 },
  { name: 'small', bytes: 4096, count: 20_000, warm: 5000 },
] as const;
const rounds = readRounds('sendfile', 'measure the three ways of sending a file');

const directory = mkdtempSync(join(tmpdir(), 'sockets-files-'));
for (const { name, bytes } of files) writeFileSync(join(directory, name), Buffer.alloc(bytes, 'A')); // cached from now on

/** Starts the server on core 0 and fetches from core 1. @returns what `measured` makes of the server while it runs */
async function serve<T>(args: readonly string[], measured: (fetch: Fetch, pid: number) => T): Promise<T> {
  const words = program('chapters/17-sendfile/files.ts', '--port', '0', '--root', directory, ...args);
  const server = spawn('taskset', ['-c', '0', ...words], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const [, port, pid] = /:(\d+) \(pid (\d+)\)$/.exec(line) as unknown as [string, string, string];
    const fetch: Fetch = (name, count) => {
      const client = program('lab/bench/fetch.ts', '--port', port, '--path', `/${name}`, '--count', `${count}`);
      execFileSync('taskset', ['-c', '1', ...client], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    };
    return measured(fetch, Number(pid));
  } finally {
    server.kill('SIGKILL');
  }
}
type Fetch = (name: string, count: number) => void;

/** Processor time of the server for a file, in microseconds. */
const costs = ways.map(() => files.map((): number[] => []));
for (let round = 1; round <= rounds; round++) {
  for (const [i, way] of ways.entries()) {
    console.error(`round ${round} of ${rounds}: ${way}`);
    await serve(['--with', way], (fetch, pid) => {
      for (const [j, { name, count, warm }] of files.entries()) {
        fetch(name, warm);
        const before = processorTime(pid);
        fetch(name, count);
        costs[i]![j]!.push((processorTime(pid) - before) / count);
      }
    });
  }
}

/** The calls for a file, in a run of their own, for the trace takes time. @returns for each file: by name, how many */
async function countCalls(way: string): Promise<Map<string, number>[]> {
  const trace = join(directory, 'trace');
  return serve(['--with', way, '--trace', trace], (fetch) =>
    files.map(({ name, count }) => {
      const seen = (): number => readFileSync(trace, 'utf8').length;
      const from = seen();
      const times = Math.min(count, 1000);
      fetch(name, times);
      const calls = new Map<string, number>();
      for (const [, call = ''] of readFileSync(trace, 'utf8')
        .slice(from)
        .matchAll(/"call":"(\w+)"/g)) {
        calls.set(call, (calls.get(call) ?? 0) + 1 / times);
      }
      return calls;
    }),
  );
}

const calls: Map<string, number>[][] = [];
for (const way of ways) calls.push(await countCalls(way));
rmSync(directory, { recursive: true });

const whole = (number: number): string => Math.round(number).toLocaleString('en');
/** Ratios are taken round by round, and then their median. */
const ratio = (way: number, file: number): string =>
  median(costs[way]![file]!.map((cost, round) => cost / costs[0]![file]![round]!)).toFixed(2);
const named = (way: number, file: number, names: readonly string[]): number =>
  names.reduce((sum, name) => sum + (calls[way]![file]!.get(name) ?? 0), 0);
const all = (way: number, file: number): number => named(way, file, [...calls[way]![file]!.keys()]);
const columns = ways.map((_, i) => i);
const moving = ['pread', 'write', 'sendfile', 'splice'];
save(
  'sendfile',
  markdown([
    ['', ...ways.map((way) => `\`--with ${way}\``)],
    ['1 GiB: processor time', ...columns.map((i) => `${whole(median(costs[i]![0]!) / 1000)} ms (${ratio(i, 0)}×)`)],
    ['calls that move bytes', ...columns.map((i) => whole(named(i, 0, moving)))],
    ['`epoll_wait`', ...columns.map((i) => whole(named(i, 0, ['epoll_wait'])))],
    ['4 KiB: processor time', ...columns.map((i) => `${median(costs[i]![1]!).toFixed(1)} µs (${ratio(i, 1)}×)`)],
    ['calls, all together', ...columns.map((i) => all(i, 1).toFixed(1))],
  ]),
  `${machine}; over loopback, from the page cache; medians of ${rounds} interleaved rounds of \`npx tsx lab/bench/sendfile.ts\`, calls counted with \`--trace\``,
);
