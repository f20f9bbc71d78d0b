/** The same burning clients at a server that has one core, and at one that has all: what the second core is worth. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { threads } from '../../lib/testing/proc.ts';
import { machine, markdown, median, save } from './table.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROUNDS = 5;
/** How long each server is loaded, in milliseconds. */
const DURATION = 2000;
/** So many clients burn … */
const BURNERS = 4;
/** … this much at a time, some 10 ms; and one more says PING. */
const BURN = 'BURN 5000000\n';

const chapters = ['02-select', '03-thread-per-connection'];
const cores: Record<string, string[]> = {
  'one core': ['taskset', '-c', '0'],
  [`${availableParallelism()} cores`]: [],
};

/** What a server did in a second. */
interface Second {
  readonly burns: number;
  readonly preemptions: number;
  readonly sleeps: number;
  /** How long a PING took, in milliseconds: the median, and the longest. */
  readonly ping: number;
  readonly worst: number;
}

async function ask(socket: Socket, line: string): Promise<void> {
  socket.write(line);
  await once(socket, 'data');
}

async function load(port: number, pid: number): Promise<Second> {
  const sockets = Array.from({ length: BURNERS + 1 }, () => connect({ port, noDelay: true }));
  await Promise.all(sockets.map((socket) => ask(socket, 'PING\n'))); // every thread is there
  const [pinger, ...burners] = sockets as [Socket, ...Socket[]];
  const switches = (): { sleeps: number; preemptions: number } =>
    threads(pid).reduce(
      (sum, { sleeps, preemptions }) => ({ sleeps: sum.sleeps + sleeps, preemptions: sum.preemptions + preemptions }),
      { sleeps: 0, preemptions: 0 },
    );
  const before = switches();
  const began = performance.now();
  const over = (): boolean => performance.now() - began > DURATION;
  let burns = 0;
  const pings: number[] = [];
  const burn = async (socket: Socket): Promise<void> => {
    while (!over()) {
      await ask(socket, BURN);
      if (!over()) burns++;
    }
  };
  const ping = async (): Promise<void> => {
    while (!over()) {
      const asked = performance.now();
      await ask(pinger, 'PING\n');
      pings.push(performance.now() - asked);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await Promise.all([ping(), ...burners.map(burn)]);
  const after = switches();
  const seconds = (performance.now() - began) / 1000;
  for (const socket of sockets) socket.destroy();
  return {
    burns: burns / (DURATION / 1000),
    preemptions: (after.preemptions - before.preemptions) / seconds,
    sleeps: (after.sleeps - before.sleeps) / seconds,
    ping: median(pings),
    worst: Math.max(...pings),
  };
}

async function measure(name: string, pinned: readonly string[]): Promise<Second> {
  const [file = '', ...words] = [...pinned, process.execPath, '--import', 'tsx', `chapters/${name}/server.ts`];
  const server: ChildProcess = spawn(file, [...words, '--port', '0'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface({ input: server.stdout! }), 'line')) as [string];
    const [, port, pid] = /:(\d+) \(pid (\d+)\)$/.exec(line)!;
    return await load(Number(port), Number(pid));
  } finally {
    server.kill('SIGKILL');
  }
}

const seen = chapters.flatMap((name) => Object.keys(cores).map((where) => ({ name, where, seconds: [] as Second[] })));
for (let round = 1; round <= ROUNDS; round++) {
  for (const { name, where, seconds } of seen) seconds.push(await measure(name, cores[where]!));
}

const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;
save(
  'one-core',
  markdown([
    ['4 clients burn, a fifth says `PING`', 'BURNs/s', 'preemptions/s', 'sleeps/s', '`PING`, median', 'longest'],
    ...seen.map(({ name, where, seconds }) => {
      const of = (key: keyof Second): number => median(seconds.map((second) => second[key]));
      const [burns, preemptions, sleeps] = [of('burns'), of('preemptions'), of('sleeps')].map(Math.round);
      return [
        `${name}, ${where}`,
        `${burns}`,
        `${preemptions}`,
        `${sleeps}`,
        milliseconds(of('ping')),
        milliseconds(of('worst')),
      ];
    }),
  ]),
  `${machine}; medians of ${ROUNDS} interleaved rounds of \`npx tsx lab/bench/one-core.ts\``,
);
