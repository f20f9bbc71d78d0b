/** From a trace to a recording: whose call it was, about whom, and when. */

import test from 'ava';
import type { TraceRecord } from '../../lib/sys/trace.ts';
import { format } from './format.ts';
import type { RecordedClient, Recording } from './recording.ts';
import { type Cast, reduce, type Seen } from './reduce.ts';
import { parse } from './strace.ts';

const about = { chapter: '01-iterative', machine: 'a machine', date: '2026-11-21', seen: 'trace' } as const;
const alone: Cast = { main: 'process' };
const family: Cast = { main: 'parent', others: 'child', node: true };
/** The clock does not begin with the run. */
const START = 5_000_000;

/** A client that connects so many milliseconds after the first one. */
function client(name: string, connected: number, bytes: number, answered: number): RecordedClient {
  const at = (milliseconds: number): number => START + milliseconds * 1000;
  const [sent, left] = [[[at(connected), bytes]] as const, at(answered + 1)];
  return { name, what: '', connected: at(connected), sent, answered: at(answered), left };
}

/** A record, with times in milliseconds since the first client connected. */
function record(time: number, took: number, call: string, fd: number, result: number, who = '1 0'): TraceRecord {
  const [pid = 0, thread = 0] = who.split(' ').map(Number);
  return { time: START + time * 1000, pid, thread, call, fd, result, duration: took * 1000 };
}

/** The calls of each worker, as `read B 5`. */
function told({ workers, clients }: Recording): string[] {
  return workers.map(
    ({ name, calls }) =>
      `${name}: ${calls.map(([, , call, place, result]) => `${call} ${clients[place]?.name ?? '-'} ${result}`).join(', ')}`,
  );
}

const two = [client('A', 0, 10, 50), client('B', 10, 5, 60)];

test('a descriptor is the client’s who was accepted under its number, until it is closed', (t) => {
  const records = [
    record(-200, 201, 'accept4', 3, 7),
    record(1, 0.1, 'read', 7, 10),
    record(2, 40, 'nanosleep', -1, 0),
    record(50, 0.1, 'write', 7, 5),
    record(51, 0.1, 'close', 7, 0),
    record(52, 0.1, 'accept4', 3, 7),
    record(53, 0.1, 'read', 7, 5),
    record(54, 0.1, 'close', 7, 0),
    record(55, 100, 'accept4', 3, 7),
    record(156, 1, 'read', 7, 7),
  ];
  const recording = reduce(about, alone, { pid: 1, records, clients: two });
  t.deepEqual(told(recording), [
    'process: accept4 A 0, read A 10, nanosleep A 0, write A 5, close A 0, accept4 B 0, read B 5, close B 0, accept4 - 0',
  ]);
  t.is(recording.duration, 180_000, 'the run ends after the last client, and its farewell');
  const [process] = recording.workers;
  t.is(process!.ended, undefined, 'it was seen later');
  t.deepEqual(process!.calls[0]!.slice(0, 2), [0, 101_000], 'what began before the run begins with it');
  t.deepEqual(process!.calls.at(-1)!.slice(0, 2), [155_000, 25_000], 'and what ends after it ends with it');
  t.deepEqual(
    recording.clients.map(({ connected, answered }) => [connected, answered]),
    [
      [100_000, 150_000],
      [110_000, 160_000],
    ],
  );
});

test('a child that inherits a connection has that of its number', (t) => {
  const records = [
    record(1, 0.1, 'accept4', 3, 7),
    record(2, 0.1, 'close', 7, 0),
    record(11, 0.1, 'accept4', 3, 7),
    record(12, 0.1, 'close', 7, 0),
    record(15, 1, 'read', 3, 5, '32 0'), // the second child is faster
    record(20, 1, 'read', 3, 10, '31 0'),
  ];
  const recording = reduce(about, family, { pid: 1, records, clients: two });
  t.deepEqual(told(recording), [
    'parent: accept4 A 0, close A 0, accept4 B 0, close B 0',
    'child 1: read A 10',
    'child 2: read B 5',
  ]);
  t.deepEqual(
    recording.workers.map(({ between, began, ended }) => [between, began, ended]),
    [
      ['node', 101_000, 112_100],
      ['computes', 120_000, 121_000],
      ['computes', 115_000, 116_000],
    ],
  );
});

test('a message takes a descriptor to whoever receives it, even before its sender is told', (t) => {
  const records = [
    record(-100, 104, 'recvmsg', 3, 4, '31 0'),
    record(1, 0.1, 'accept4', 3, 7),
    record(3, 2, 'sendmsg', 5, 1),
    record(4, 0.1, 'read', 4, 10, '31 0'),
    record(-100, 113, 'recvmsg', 3, 4, '32 0'),
    record(11, 0.1, 'accept4', 3, 7),
    record(12, 0.1, 'sendmsg', 6, 1),
    record(14, 0.1, 'read', 4, 5, '32 0'),
  ];
  t.deepEqual(told(reduce(about, family, { pid: 1, records, clients: two })), [
    'parent: accept4 A 0, sendmsg A 1, accept4 B 0, sendmsg B 1',
    'child 1: recvmsg A 0, read A 10',
    'child 2: recvmsg B 0, read B 5',
  ]);
});

test('threads share descriptors; a wait, and what is about nobody, is about nobody', (t) => {
  const records = [
    record(1, 0.1, 'accept4', 3, 7),
    record(1.2, 0.1, 'accept4', 3, -11),
    record(2, 0.1, 'read', 7, 10, '1 2'),
    record(3, 8, 'epoll_wait', 9, 1, '1 2'),
    record(11, 0.1, 'accept4', 3, 8),
    record(12, 0.1, 'read', 8, 5, '1 1'),
  ];
  t.deepEqual(told(reduce(about, { main: 'main', others: 'worker' }, { pid: 1, records, clients: two })), [
    'main: accept4 A 0, accept4 - -11, accept4 B 0',
    'worker 1: read B 5',
    'worker 2: read A 10, epoll_wait - 1',
  ]);
});

test('requests of a ring are about the client under whose number they stand', (t) => {
  const requests = [
    record(-50, 51, 'accept', 3, 7),
    record(1.1, 1, 'recv', 7, 10),
    record(2, 0.1, 'close', 7, 0),
    record(1, 10, 'accept', 3, 7),
    record(11.1, 1, 'recv', 7, 5),
  ];
  const records = [record(-50, 51, 'io_uring_enter', 4, 1)];
  const recording = reduce({ ...about, seen: 'rings' }, alone, { pid: 1, records, requests, clients: two });
  t.deepEqual(
    recording.requests?.map(([, , call, place]) => `${call} ${place}`),
    ['accept 0', 'accept 1', 'recv 0', 'close 0', 'recv 1'],
  );
});

test('what cannot be told apart is no recording', (t) => {
  const records = [record(1, 0.1, 'accept4', 3, 7), record(2, 0.1, 'read', 7, 5)];
  const seen: Seen = { pid: 1, records, clients: two };
  t.throws(() => reduce(about, alone, seen), { message: /^A sent 10 bytes, and the server read 5 from it/ });
});

test('a recording is written with a line for each call, and read as it was', (t) => {
  const records = [
    record(1, 0.1, 'accept4', 3, 7),
    record(2, 0.1, 'read', 7, 10),
    record(3, 0.1, 'accept4', 3, 8),
    record(4, 0.1, 'read', 8, 5),
  ];
  for (const requests of [undefined, []]) {
    const seen = { pid: 1, records, clients: two, ...(requests === undefined ? {} : { requests }) };
    const recording = reduce(about, alone, seen);
    const text = format(recording);
    t.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(recording)));
    t.true(text.split('\n').includes('      [102000,100,"read",0,10],'), text);
  }
});

test('strace is read as a trace: calls that were interrupted by others, failures, and no other lines', (t) => {
  const text = `7 1.000010 accept4(18, NULL, NULL, SOCK_CLOEXEC|SOCK_NONBLOCK) = 21 <0.000015>
7 1.000020 epoll_wait(13,  <unfinished ...>
8 1.000030 read(3, "a) = 5 <unfinished ...>", 1024) = 24 <0.000002>
7 1.000500 <... epoll_wait resumed>[{events=EPOLLIN, data=0x15}], 1024, -1) = 1 <0.000480>
7 1.000600 write(21, "PONG\\n", 5) = -1 EAGAIN (Resource temporarily unavailable) <0.000003>
7 1.000700 --- SIGCHLD {si_signo=SIGCHLD} ---
7 1.000800 +++ exited with 0 +++
7 1.000900 epoll_wait(13,  <unfinished ...>`;
  t.deepEqual(
    parse(text, 5).map(({ time, pid, call, fd, result, duration }) => [
      Math.round(time),
      pid,
      call,
      fd,
      result,
      Math.round(duration),
    ]),
    [
      [1_000_015, 7, 'accept4', 18, 21, 15],
      [1_000_035, 8, 'read', 3, 24, 2],
      [1_000_025, 7, 'epoll_wait', 13, 1, 480],
      [1_000_605, 7, 'write', 21, -1, 3],
    ],
  );
});
