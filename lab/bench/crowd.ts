/** Threads of chapter 03, each with a connection that it serves, more and more of them: what each one adds, and the end. */

import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { Watch } from '../../lib/program/acceptor.ts';
import { startWorker } from '../../lib/program/launch.ts';
import { wholeNumber } from '../../lib/program/program.ts';
import { AF_INET } from '../../lib/sys/address.ts';
import { check } from '../../lib/sys/errors.ts';
import { F_SETFL, fcntl, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { _exit, nanosleep } from '../../lib/sys/process.ts';
import {
  accept4,
  connect,
  getsockname,
  openListener,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  socket,
} from '../../lib/sys/socket.ts';

/** What a process has. */
export interface Crowd {
  readonly threads: number;
  /** In bytes. */
  readonly resident: number;
  readonly virtual: number;
  readonly mappings: number;
  readonly descriptors: number;
  /** Processor time of the whole process so far, in milliseconds. */
  readonly processor: number;
  /** Of the thread that was started last: from its start to its first answer, in milliseconds. */
  readonly start: number;
  /** How often that thread went to sleep until then, and how often it was made to give up its processor. */
  readonly switches: readonly [number, number];
  /** The same for each request that finds it asleep. */
  readonly later: readonly [number, number];
}

const THREAD = new URL('../../chapters/03-thread-per-connection/thread.ts', import.meta.url);
const PINGS = 100;
const PING = 'PING\n';
const memory = Memory.allocate(64);
const listener = openListener({ host: '127.0.0.1', port: 0 });
const address = getsockname(listener);

const field = (text: string, key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
const status = (task: string): string => readFileSync(`/proc/self/${task}status`, 'latin1');

function switches(tid: string): [number, number] {
  const text = status(`task/${tid}/`);
  return [field(text, 'voluntary_ctxt_switches'), field(text, 'nonvoluntary_ctxt_switches')];
}

const tasks = (): string[] => readdirSync('/proc/self/task');

/** Starts a thread with a connection, and has it answer. @returns how long that took, and the socket to talk to it */
async function start(resourceLimits: object): Promise<{ milliseconds: number; ours: number }> {
  const ours = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket');
  check(connect(ours, address), 'connect');
  const theirs = check(accept4(listener, SOCK_CLOEXEC), 'accept4');
  check(write(ours, memory, 0, memory.bytes.write(PING)), 'write');
  const began = performance.now();
  const thread = startWorker(THREAD, { workerData: theirs, resourceLimits });
  const watch = new Watch(ours);
  const ended = once(thread, 'exit').then(([code]) => Promise.reject(new Error(`a thread ended with status ${code}`)));
  ended.catch(() => {}); // those that serve end with this process
  await Promise.race([watch.readable(), ended]);
  const milliseconds = performance.now() - began;
  watch.close();
  check(fcntl(ours, F_SETFL, 0), 'fcntl'); // blocking again
  check(read(ours, memory, 0, memory.length), 'read');
  return { milliseconds, ours };
}

function say(line: Crowd | { failed: string }): void {
  console.log(JSON.stringify(line));
}

async function main(): Promise<void> {
  const { threads, gibibytes, atOnce, limits } = new Command('crowd')
    .requiredOption('--threads <n>', 'how many to start at most', wholeNumber(1, 100_000))
    .option('--gibibytes <n>', 'how much memory they may have in RAM', wholeNumber(1, 4096), 4096)
    .option('--at-once <n>', 'how many start at the same time', wholeNumber(1, 64), 1)
    .option('--limits <json>', 'their resourceLimits', '{}')
    .parse()
    .opts<{ threads: number; gibibytes: number; atOnce: number; limits: string }>();
  for (let count = 0; count < threads; ) {
    const before = new Set(tasks());
    const started = await Promise.all(Array.from({ length: atOnce }, () => start(JSON.parse(limits))));
    count += atOnce;
    const { milliseconds, ours } = started[0]!;
    const tid = tasks().find((task) => !before.has(task))!;
    const first = switches(tid);
    for (let i = 0; i < PINGS; i++) {
      nanosleep(1); // it has gone to sleep again by now
      check(write(ours, memory, 0, memory.bytes.write(PING)), 'write');
      check(read(ours, memory, 0, memory.length), 'read');
    }
    const last = switches(tid);
    const all = status('');
    const { user, system } = process.cpuUsage();
    say({
      threads: count,
      resident: field(all, 'VmRSS') * 1024,
      virtual: field(all, 'VmSize') * 1024,
      mappings: readFileSync('/proc/self/maps', 'latin1').split('\n').length - 1,
      descriptors: readdirSync('/proc/self/fd').length - 1,
      processor: (user + system) / 1000,
      start: milliseconds,
      switches: first,
      later: [(last[0] - first[0]) / PINGS, (last[1] - first[1]) / PINGS],
    });
    if (field(all, 'VmRSS') > gibibytes * 2 ** 20) throw new Error(`${gibibytes} GiB are full`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch(({ message }: Error) => say({ failed: message }));
  _exit(0); // its threads sleep in read
}
