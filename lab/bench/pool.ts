/** What a pool of ten workers does for HTTP, and what not, at 8 to 1,024 connections: writes pool.md and its pictures. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { tidy } from '../profile/frames.ts';
import { startLoad } from '../profile/load.ts';
import { look } from '../profile/look.ts';
import { V8Sampler } from '../profile/sampler.ts';
import { findTarget } from '../profile/target.ts';
import { saveFlame } from './flame.ts';
import { chapter, program, readRounds } from './measure.ts';
import { observe } from './observe.ts';
import { type Point, savePlot } from './plot.ts';
import { machine, markdown, median, save } from './table.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CROWDS = [8, 16, 32, 64, 128, 256, 512, 1024];
/** How long a server is warmed, and each crowd measured, in microseconds. */
const [WARM, MEASURED] = [500_000, 400_000];
/** As little work as a PING, of which there is a picture; and some 140 µs of it. */
const WORKS = [
  { command: 'BURN 1', crowds: CROWDS },
  { command: 'BURN 100000', crowds: [64] },
] as const;
/** The crowd for which costs are told, and whose flame graphs are drawn. */
const TOLD = 64;

const TEN = ['--burners', '10'];
const servers = [
  { name: 'node:http', command: program('lab/bench/node-http.ts', '--port', '0') },
  { name: 'epoll', command: chapter('09-epoll') },
  { name: 'epoll, pool', command: chapter('11-reactor', ...TEN) },
] as const;

/** What a server did under a crowd: answers a second; its processor time in microseconds, and its sleeps, for each. */
interface Speed {
  readonly rate: number;
  readonly cost: number;
  readonly sleeps: number;
}

async function ask(
  port: number,
  pid: number,
  connections: number,
  command: string,
  microseconds = MEASURED,
): Promise<Speed> {
  const load = startLoad({ connections, command, http: true }, '127.0.0.1', port);
  try {
    await load.met();
    const before = observe(pid);
    const { errors, inTime, seconds, requests } = await load.part({ microseconds });
    const after = observe(pid);
    if (errors.size > 0) throw new Error([...errors.keys()].join(', '));
    return {
      rate: inTime / seconds,
      cost: (after.microseconds - before.microseconds) / requests,
      sleeps: (after.sleeps - before.sleeps) / requests,
    };
  } finally {
    await load.end();
  }
}

const rounds = readRounds('pool', 'measure what a pool of ten workers does for HTTP');
const speeds = servers.map(() => WORKS.map(({ crowds }) => crowds.map((): Speed[] => [])));
for (let round = 1; round <= rounds; round++) {
  for (const [i, { name, command: start }] of servers.entries()) {
    console.error(`round ${round} of ${rounds}: ${name}`);
    const [word = '', ...args] = start;
    const server = spawn(word, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const [, port, pid] = /:(\d+) \(pid (\d+)\)$/.exec(line) as unknown as [string, string, string];
    await ask(Number(port), Number(pid), TOLD, WORKS[0].command, WARM);
    for (const [k, { command, crowds }] of WORKS.entries()) {
      for (const [n, connections] of crowds.entries()) {
        speeds[i]![k]![n]!.push(await ask(Number(port), Number(pid), connections, command));
      }
    }
    server.kill('SIGKILL');
    await once(server, 'close');
  }
}

const middle = (runs: readonly Speed[], of: keyof Speed): number => median(runs.map((run) => run[of]));
const whole = (value: number): string => Math.round(value).toLocaleString('en');
/** Beside epoll alone, in the same round. */
const times = (i: number, k: number, n: number): string => {
  const ratios = speeds[i]![k]![n]!.map(({ rate }, round) => rate / speeds[1]![k]![n]![round]!.rate);
  return `${whole(middle(speeds[i]![k]![n]!, 'rate'))} (${median(ratios).toFixed(2)}×)`;
};
const rates = WORKS.map(({ command, crowds }, k) =>
  markdown([
    [`requests/s, \`${command}\``, ...servers.map(({ name }) => name)],
    ...crowds.map((connections, n) => [whole(connections), ...servers.map((_, i) => times(i, k, n))]),
  ]),
);
const costs = markdown([
  [`each request, at ${TOLD} connections`, ...servers.map(({ name }) => name)],
  ...WORKS.flatMap(({ command, crowds }, k) => {
    const runs = speeds.map((of) => of[k]![crowds.indexOf(TOLD)]!);
    return [
      [`\`${command}\`, processor time`, ...runs.map((one) => `${middle(one, 'cost').toFixed(1)} µs`)],
      [`\`${command}\`, went to sleep`, ...runs.map((one) => middle(one, 'sleeps').toFixed(2))],
    ];
  }),
]);
save(
  'pool',
  [...rates, costs].join('\n'),
  `${machine}; over HTTP, server and load on the same cores, beside epoll alone in the same round; medians of ${rounds} interleaved rounds of \`npx tsx lab/bench/pool.ts\``,
);
const points = servers.flatMap(({ name }, i) =>
  CROWDS.map((x, n): Point => ({ series: name, x, y: middle(speeds[i]![0]![n]!, 'rate') })),
);
const words = { title: 'Requests a second', x: 'connections', y: `requests a second, ${WORKS[0].command}` };
savePlot('pool', points, words, { x: CROWDS, y: marks(points.map(({ y }) => y)) });

/** Powers of two times a thousand, around some values. */
function marks(values: readonly number[]): number[] {
  const first = Math.floor(Math.log2(Math.min(...values) / 1000));
  const last = Math.ceil(Math.log2(Math.max(...values) / 1000));
  return Array.from({ length: last - first + 1 }, (_, i) => 1000 * 2 ** (first + i));
}

const looking = { connections: TOLD, command: WORKS[0].command, http: true, duration: 2000 };
for (const [picture, word, words] of [
  ['pool-flame-http', 'lab/bench/node-http.ts', []],
  ['pool-flame-ten', '11', TEN],
] as const) {
  console.error(`${picture}: ${word}`);
  const target = findTarget(word.includes('/') ? `${ROOT}${word}` : word);
  const shown = await look({ ...looking, target, words }, new V8Sampler(), new AbortController().signal);
  const tree = tidy(shown!.seen.trees[0]!);
  const name = [target.name.replace(/.*\//, ''), ...words].join(' ');
  saveFlame(picture, { ...tree, name }, `Flame graph of ${name}`);
}
