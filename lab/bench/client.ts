/** The benchmark's load: N connections, each with one request under way, answers checked byte for byte. */

import { readdirSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { wholeNumber } from '../../lib/program/program.ts';
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
import { check } from '../../lib/sys/errors.ts';
import { read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { connect, SOCK_CLOEXEC, SOCK_STREAM, socket } from '../../lib/sys/socket.ts';

/** What one run of the client prints, as JSON. */
export interface Measurement {
  readonly requests: number;
  /** How long the measured part took, in seconds. */
  readonly seconds: number;
  /** Processor time that the server's process used meanwhile, in microseconds, all its threads together. */
  readonly serverMicroseconds: number;
  /** How much the server's resident memory grew for each connection while all were idle, in bytes. */
  readonly idleBytes: number;
}

const options = new Command('client')
  .requiredOption('--port <port>', 'where the server listens on 127.0.0.1', wholeNumber(1, 65_535))
  .requiredOption('--pid <pid>', "the server's process", wholeNumber(1, 2 ** 31))
  .requiredOption('--connections <n>', 'how many ask, one request after another', wholeNumber(1, 20_000))
  .option('--idle <n>', 'how many more are open and say nothing', wholeNumber(0, 20_000), 0)
  .option('--face <face>', 'line or http', 'line')
  .option('--warm <seconds>', 'before measuring', wholeNumber(0, 60), 1)
  .option('--seconds <seconds>', 'how long to measure', wholeNumber(1, 60), 2)
  .parse()
  .opts<{
    port: number;
    pid: number;
    connections: number;
    idle: number;
    face: string;
    warm: number;
    seconds: number;
  }>();

const asked =
  options.face === 'http'
    ? Buffer.from(`GET /ping HTTP/1.1\r\nHost: 127.0.0.1:${options.port}\r\nConnection: keep-alive\r\n\r\n`)
    : Buffer.from('PING\n');
const request = Memory.allocate(asked.length);
request.bytes.set(asked);
const answer = Memory.allocate(4096);
let expected: Buffer | undefined;

function processorTime(pid: number): number {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  }
  return nanoseconds / 1000;
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

function send(fd: number): void {
  if (write(fd, request, 0, request.length) !== request.length) throw new Error('a request was not sent whole');
}

/** Takes one answer; the first of all says what the others must be. */
function receive(fd: number): void {
  const count = check(read(fd, answer, 0, answer.length), 'read');
  const bytes = answer.bytes.subarray(0, count);
  expected ??= Buffer.from(bytes);
  if (!bytes.equals(expected)) throw new Error(`a wrong answer: ${JSON.stringify(bytes.toString())}`);
}

const epoll = check(epoll_create1(EPOLL_CLOEXEC), 'epoll_create1');
const events = new EpollEvents(512);
const total = options.idle + options.connections;
const before = residentBytes(options.pid);
const connections: number[] = [];
for (let i = 0; i < total; i++) {
  const fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket');
  check(connect(fd, { host: '127.0.0.1', port: options.port }), 'connect');
  check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, EPOLLIN), 'epoll_ctl');
  connections.push(fd);
}
// When the last one in the queue is answered, the server has accepted them all, and all the others are idle.
const last = connections.at(-1)!;
send(last);
receive(last);
if (!/PONG\n$/.test(String(expected))) throw new Error(`not a PONG: ${expected}`);
const idleBytes = (residentBytes(options.pid) - before) / total;

let requests = 0;
function run(seconds: number): void {
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const count = epoll_wait(epoll, events, 10_000);
    if (count === 0) throw new Error('no answer within ten seconds');
    for (let i = 0; i < count; i++) {
      receive(events.fd(i));
      send(events.fd(i));
    }
    requests += count;
  }
}

for (const fd of connections.slice(options.idle)) send(fd);
run(options.warm);
requests = 0;
const began = performance.now();
const used = processorTime(options.pid);
run(options.seconds);
const measurement: Measurement = {
  requests,
  seconds: (performance.now() - began) / 1000,
  serverMicroseconds: processorTime(options.pid) - used,
  idleBytes,
};
console.log(JSON.stringify(measurement));
