/** The load client beside others, over HTTP, against one server: how much each asks from one core; writes the table load.md. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getDescriptorLimit } from '../../lib/sys/resources.ts';
import { OWN_DESCRIPTORS } from '../load/limits.ts';
import { chapter, readRounds } from './measure.ts';
import { processorTime } from './observe.ts';
import { machine, markdown, median, save } from './table.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** How long each load is, in seconds; when the middle of it begins, and how long that is, in milliseconds. */
const [SECONDS, STARTED, MIDDLE] = [5, 2000, 2500];
const scratch = mkdtempSync(join(tmpdir(), 'sockets-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** What a client did: answers a second, its processor time for each in microseconds, and how busy it and the server were. */
interface Speed {
  readonly rate: number;
  readonly cost: number;
  /** Shares of a core, 0 … 1. */
  readonly client: number;
  readonly server: number;
}

/** A client of HTTP, as a command line. */
interface Client {
  readonly name: string;
  readonly command: (port: number, connections: number, pipeline: number) => string[];
  /** How many requests were answered, and in how many seconds, from what it has printed. */
  readonly read: (printed: string) => { requests: number; seconds: number };
}

const jsonFile = join(scratch, 'load.json');
const clients: readonly Client[] = [
  {
    name: 'autocannon',
    command: (port, connections, pipeline) => [
      process.execPath,
      'node_modules/autocannon/autocannon.js',
      ...['--json', '-c', `${connections}`, '-p', `${pipeline}`, '-d', `${SECONDS}`, `http://127.0.0.1:${port}/ping`],
    ],
    read: (printed) => {
      const { '2xx': requests, duration } = JSON.parse(printed.trim().split('\n').at(-1)!);
      return { requests, seconds: duration };
    },
  },
  {
    name: 'wrk',
    command: (port, connections, pipeline) =>
      pipeline > 1 ? [] : ['wrk', '-t1', `-c${connections}`, `-d${SECONDS}s`, `http://127.0.0.1:${port}/ping`],
    read: (printed) => {
      const [, requests, seconds] = /(\d+) requests in ([\d.]+)s/.exec(printed) ?? [];
      return { requests: Number(requests), seconds: Number(seconds) };
    },
  },
  {
    name: '`lab load`',
    command: (port, connections, pipeline) => [
      process.execPath,
      'lab/lab.mjs',
      ...['load', '--target', `127.0.0.1:${port}`, '--http', '--connections', `${connections}`],
      ...['--pipeline', `${pipeline}`, '--duration', `${SECONDS}s`, '--json', jsonFile],
    ],
    read: () => {
      const { inTime, seconds } = JSON.parse(readFileSync(jsonFile, 'utf8'));
      return { requests: inTime, seconds };
    },
  },
];

/** A server on core 0, or on any. @returns it, and its port */
async function serve(pinned: boolean): Promise<{ server: ChildProcess; port: number }> {
  const [word = '', ...words] = [...(pinned ? ['taskset', '-c', '0'] : []), ...chapter('09-epoll')];
  const server = spawn(word, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
  return { server, port: Number(/:(\d+) \(pid/.exec(line)![1]) };
}

/** Runs a client on core 1. Its processor time is that of some seconds in the middle, without its start. */
async function load(client: Client, command: readonly string[], server: number): Promise<Speed> {
  const child = spawn('taskset', ['-c', '1', ...command], { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
  const printed = text(child.stdout);
  await sleep(STARTED);
  const used = (): number[] => [child.pid!, server].map((pid) => processorTime(pid));
  const [began, before] = [performance.now(), used()];
  await sleep(MIDDLE);
  const [took, after] = [performance.now() - began, used()];
  const { requests, seconds } = client.read(await printed);
  const rate = requests / seconds;
  const [own, its] = after.map((time, i) => time - before[i]!) as [number, number];
  return { rate, cost: own / ((rate * took) / 1000), client: own / (1000 * took), server: its / (1000 * took) };
}

/** So many connections, held for a moment by `lab load`. @returns how long connecting took, in seconds, and how many stood */
async function hold(ports: readonly number[], connections: number): Promise<{ seconds: number; held: number }> {
  const target = ports.map((port) => `127.0.0.1:${port}`).join(',');
  const words = ['load', '--target', target, '--connections', `${connections}`, '--hold', '--duration', '1s'];
  const child = spawn(process.execPath, ['lab/lab.mjs', ...words, '--json', jsonFile], { cwd: ROOT, stdio: 'ignore' });
  await once(child, 'close');
  const { connecting, held } = JSON.parse(readFileSync(jsonFile, 'utf8'));
  return { seconds: connecting.seconds, held };
}

const HEAD = [
  '',
  'client',
  'answers',
  'of autocannon',
  'its time for each',
  'of autocannon',
  'client busy',
  'server busy',
];
const rounds = readRounds('load', 'measure the load client beside autocannon and wrk, and write the table');
const cases = [
  { connections: 100, pipeline: 1 },
  { connections: 1000, pipeline: 1 },
  { connections: 100, pipeline: 10 },
];
const speeds = cases.map(() => clients.map((): Speed[] => []));
for (let round = 1; round <= rounds; round++) {
  for (const [i, { connections, pipeline }] of cases.entries()) {
    for (const [k, client] of clients.entries()) {
      const { server, port } = await serve(true);
      const command = client.command(port, connections, pipeline);
      console.error(`round ${round} of ${rounds}: ${client.name}, ${connections} connections, ${pipeline} at a time`);
      if (command.length > 0) speeds[i]![k]!.push(await load(client, command, server.pid!));
      server.kill('SIGKILL');
    }
  }
}

const MANY = 10_000;
const VERY_MANY = 100_000;
const each = Math.floor((getDescriptorLimit().hard - OWN_DESCRIPTORS) / 1000) * 1000;
const holds: { seconds: number; held: number }[][] = [[], []];
for (let round = 1; round <= rounds; round++) {
  for (const [i, connections] of [MANY, VERY_MANY].entries()) {
    console.error(`round ${round} of ${rounds}: ${connections} connections`);
    const servers = await Promise.all(Array.from({ length: Math.ceil(connections / each) }, () => serve(false)));
    holds[i]!.push(
      await hold(
        servers.map(({ port }) => port),
        connections,
      ),
    );
    for (const { server } of servers) server.kill('SIGKILL');
  }
}

const percent = (share: number): string => `${Math.round(100 * share)}%`;
const rows = cases.flatMap(({ connections, pipeline }, i) =>
  clients.flatMap(({ name }, k) => {
    const [these, those] = [speeds[i]![k]!, speeds[i]![0]!];
    if (these.length === 0) return [];
    const what = `${connections.toLocaleString('en')} connections${pipeline > 1 ? `, ${pipeline} at a time` : ''}`;
    const middle = (of: (speed: Speed) => number): number => median(these.map(of));
    const times = median(these.map(({ rate }, round) => rate / those[round]!.rate));
    const less = median(these.map(({ cost }, round) => those[round]!.cost / cost));
    return [
      [
        ...[k === 0 ? what : '', name, `${Math.round(middle(({ rate }) => rate)).toLocaleString('en')}/s`],
        ...[k === 0 ? '' : `${times.toFixed(2)}×`, `${middle(({ cost }) => cost).toFixed(1)} µs`],
        ...[
          k === 0 ? '' : `1/${less.toFixed(1)}`,
          percent(middle((one) => one.client)),
          percent(middle((one) => one.server)),
        ],
      ],
    ];
  }),
);
const held = holds.map((runs, i) => [
  `${[MANY, VERY_MANY][i]!.toLocaleString('en')} connections to ${Math.ceil([MANY, VERY_MANY][i]! / each)} × 09-epoll`,
  `${median(runs.map(({ seconds }) => seconds)).toFixed(2)} s`,
  `${Math.min(...runs.map(({ held }) => held)).toLocaleString('en')}`,
]);
save(
  'load',
  `${markdown([HEAD, ...rows], [0, 1])}\n${markdown([['`lab load --hold`', 'connected in', 'held'], ...held])}`,
  `${machine}; 09-epoll on one core, the client on the other; medians of ${rounds} interleaved rounds of \`npx tsx lab/bench/load.ts\``,
);
