/** The benchmark's load: N connections, each with one request under way, answers checked byte for byte. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { Option } from 'commander';
import { wholeNumber } from '../../lib/program/program.ts';
import { toolCommand } from '../../lib/program/tool.ts';
import { AF_INET } from '../../lib/sys/address.ts';
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLLIN,
  EpollEvents,
  epoll_create1,
  epoll_ctl,
  epoll_wait,
} from '../../lib/sys/epoll.ts';
import { check, ECONNRESET, EINPROGRESS } from '../../lib/sys/errors.ts';
import { close, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { connect, SOCK_CLOEXEC, SOCK_STREAM, setSendTimeout, socket } from '../../lib/sys/socket.ts';
import { family, memory, observe } from './observe.ts';

/** What one run of the client prints, as JSON. */
export interface Measurement {
  /** How many connections were answered at all; the others wait, were closed, or found no room in the backlog. */
  readonly served: number;
  readonly requests: number;
  /** How long the measured part took, in seconds. */
  readonly seconds: number;
  /** The time from a request to its answer, in microseconds: the median, and what one in a hundred exceeds. */
  readonly p50: number;
  readonly p99: number;
  /** Processor time that the server used meanwhile, all its processes and threads together, in microseconds. */
  readonly serverMicroseconds: number;
  /** How often its threads went to sleep meanwhile, and how often they were made to give up the processor. */
  readonly sleeps: number;
  readonly preemptions: number;
  readonly threads: number;
  readonly processes: number;
  /** Its resident memory in the end, in bytes, shared pages counted once. */
  readonly memory: number;
  /** How much that grew for each connection while all were idle; 0 when they were not all accepted at once. */
  readonly idleBytes: number;
  /** How many system calls it made; counted by strace in a run of its own, so not in the times above. */
  readonly calls?: { readonly made: number; readonly requests: number };
}

const options = toolCommand('client', 'load a server, and print what that cost it, as JSON')
  .requiredOption('--port <port>', 'where the server listens on 127.0.0.1', wholeNumber(1, 65_535))
  .requiredOption('--pid <pid>', "the server's process", wholeNumber(1, 2 ** 31))
  .requiredOption('--connections <n>', 'how many ask, one request after another', wholeNumber(1, 20_000))
  .option('--idle <n>', 'how many more are open and say nothing', wholeNumber(0, 20_000), 0)
  .addOption(new Option('--face <face>', 'what is spoken').choices(['line', 'http']).default('line'))
  .option('--burn <rounds>', 'ask for BURN instead of PING', wholeNumber(1, 1_000_000_000))
  .option('--patience <seconds>', 'how long to wait for the next first answer', wholeNumber(1, 60), 5)
  .option('--warm <seconds>', 'before measuring', wholeNumber(0, 60), 1)
  .option('--seconds <seconds>', 'how long to measure', wholeNumber(1, 60), 2)
  .option('--strace', 'count system calls, too, for a second more', false)
  .parse()
  .opts<{
    port: number;
    pid: number;
    connections: number;
    idle: number;
    face: 'line' | 'http';
    burn?: number;
    patience: number;
    warm: number;
    seconds: number;
    strace: boolean;
  }>();

process.on('uncaughtException', ({ message }) => {
  console.error(`client: ${message}`);
  process.exit(1);
});

const [path, line] = options.burn === undefined ? ['/ping', 'PING'] : [`/burn/${options.burn}`, `BURN ${options.burn}`];
const asked =
  options.face === 'http'
    ? Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${options.port}\r\nConnection: keep-alive\r\n\r\n`)
    : Buffer.from(`${line}\n`);
const request = Memory.allocate(asked.length);
request.bytes.set(asked);
const answer = Memory.allocate(4096);
let expected: Buffer | undefined;

const latencies = createHistogram({ lowest: 1, highest: 600_000_000_000, figures: 3 }); // in nanoseconds
/** When each descriptor's request was sent. */
const sent = new Float64Array(65_536);
/** Connections that have had an answer. */
const served = new Set<number>();
/** How many were asked, and have had none so far. */
let silent = 0;
/** Requests without an answer so far, of those and of others. */
let underWay = 0;
/** Answers. */
let requests = 0;

function send(fd: number): void {
  sent[fd] = performance.now();
  underWay++;
  if (write(fd, request, 0, request.length) !== request.length) throw new Error('a request was not sent whole');
}

/** Compares the answer that has come, of so many bytes; byte by byte is fastest for those few. */
function isExpected(length: number): boolean {
  expected ??= Buffer.from(answer.bytes.subarray(0, length));
  if (length !== expected.length) return false;
  for (let i = 0; i < length; i++) if (answer.bytes[i] !== expected[i]) return false;
  return true;
}

/** Takes one answer; the first of all says what the others must be. @returns false when the server closed instead */
function receive(fd: number): boolean {
  const count = read(fd, answer, 0, answer.length);
  const now = performance.now();
  underWay--;
  const first = silent > 0 && !served.has(fd);
  if (first) silent--;
  if (count === 0 || count === -ECONNRESET) {
    if (!first) throw new Error('the server closed a connection that it had served');
    close(fd);
    return false;
  }
  if (!isExpected(check(count, 'read'))) {
    throw new Error(`a wrong answer: ${JSON.stringify(answer.bytes.toString('latin1', 0, count))}`);
  }
  latencies.record(Math.max(1, Math.round((now - sent[fd]!) * 1e6)));
  if (first) served.add(fd);
  requests++;
  return true;
}

const epoll = check(epoll_create1(EPOLL_CLOEXEC), 'epoll_create1');
const events = new EpollEvents(512);

/** Opens connections, as many as the backlog has room for. */
function open(count: number): number[] {
  const connections: number[] = [];
  while (connections.length < count) {
    const fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket');
    check(setSendTimeout(fd, options.patience * 1000), 'setsockopt');
    const failed = connect(fd, { host: '127.0.0.1', port: options.port });
    if (failed === -EINPROGRESS) return connections; // it is full, and nobody accepts
    check(failed, 'connect');
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, EPOLLIN), 'epoll_ctl');
    connections.push(fd);
  }
  return connections;
}

/** Has each of these ask for the first time, and waits as long as there is another first answer within `patience`. */
function meet(connections: readonly number[]): void {
  silent += connections.length;
  for (const fd of connections) send(fd);
  while (silent > 0) {
    const count = check(epoll_wait(epoll, events, options.patience * 1000), 'epoll_wait');
    if (count === 0) return;
    for (let i = 0; i < count; i++) receive(events.fd(i));
  }
}

/** Has everyone who is served ask again and again, and takes the answers that are under way in the end. */
function run(seconds: number): void {
  for (const fd of served) send(fd);
  const until = performance.now() + seconds * 1000;
  while (underWay > silent) {
    const over = performance.now() >= until;
    const count = check(epoll_wait(epoll, events, 10_000), 'epoll_wait');
    if (count === 0) throw new Error('no answer within ten seconds');
    for (let i = 0; i < count; i++) {
      const fd = events.fd(i);
      if (receive(fd) && !over) send(fd);
    }
  }
}

/** Counts the server's system calls while everyone asks for a second. */
async function countCalls(): Promise<{ made: number; requests: number }> {
  const members = family(options.pid);
  const words = members.flatMap((pid) => ['-p', `${pid}`]);
  const strace = spawn('strace', ['-f', '-c', '-U', 'calls,name', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(strace, 'spawn');
  const lines = createInterface({ input: strace.stderr })[Symbol.asyncIterator]();
  for (let attached = 0; attached < members.length; attached++) {
    const { value = '' } = await lines.next(); // a line for each process whose calls are counted from now on
    if (!/ attached/.test(value)) throw new Error(value);
  }
  requests = 0;
  run(1);
  strace.kill('SIGINT');
  for await (const line of lines) {
    const made = /^\s*(\d+)\s+total$/.exec(line)?.[1];
    if (made !== undefined) return { made: Number(made), requests };
  }
  throw new Error('strace counted nothing');
}

const before = memory(options.pid, 'Rss');
const connections = open(options.idle + options.connections);
// When the last one in the queue is answered, the server has accepted them all, and all the others are idle.
meet(connections.slice(-1));
const idleBytes = served.size === 1 ? (memory(options.pid, 'Rss') - before) / connections.length : 0;
meet(connections.slice(options.idle, -1));
if (served.size === 0) throw new Error('nobody was answered');
const pong = options.burn === undefined ? /PONG\n$/ : /RESULT \d+\n$/;
if (!pong.test(String(expected))) throw new Error(`a wrong answer: ${expected}`);

run(options.warm);
requests = 0;
latencies.reset();
const began = performance.now();
const first = observe(options.pid);
run(options.seconds);
const last = observe(options.pid);
const seconds = (performance.now() - began) / 1000;
const measurement: Measurement = {
  served: served.size,
  requests,
  seconds,
  p50: latencies.percentile(50) / 1000,
  p99: latencies.percentile(99) / 1000,
  serverMicroseconds: last.microseconds - first.microseconds,
  sleeps: last.sleeps - first.sleeps,
  preemptions: last.preemptions - first.preemptions,
  threads: last.threads,
  processes: last.processes,
  memory: last.memory,
  idleBytes,
};
console.log(JSON.stringify(options.strace ? { ...measurement, calls: await countCalls() } : measurement));
