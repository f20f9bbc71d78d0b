/** What a recording shows: states, lanes, events, and where they stand. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Call, RecordedClient, Recording } from '../../lab/traces/recording.ts';
import { root } from '../root.ts';
import { clock, duration, eventsOf } from './events.ts';
import { type Lane, lanesOf, spanAt } from './lanes.ts';
import { rowsOf, stepFrom, ticksOf, timeOf, windowOf, xOf } from './view.ts';
import { nowOf, readoutOf } from './words.ts';

const committed = (name: string): Recording =>
  JSON.parse(readFileSync(join(root, `chapters/${name}/recording.json`), 'utf8')) as Recording;

function client(name: string, connected: number, answered: number): RecordedClient {
  return { name, what: '', connected, sent: [[connected + 10, 5]], answered, left: answered + 100 };
}

function recording(clients: RecordedClient[], calls: Call[], more: Partial<Recording> = {}): Recording {
  const workers = [{ name: 'process', between: 'computes', began: 0, calls }] as const;
  const about = { version: 1, chapter: 'a', machine: 'a machine', date: '2026-11-21', seen: 'trace' } as const;
  return { ...about, duration: 20_000, clients, workers, ...more };
}

/** A lane in words: what it shows, and from when on. */
const states = ({ spans }: Lane): string[] =>
  spans.map(({ from, state, call }) => `${from} ${state}${call === undefined ? '' : ` ${call}`}`);

test('a client waits in the backlog until it is accepted; a read that blocks ends when its line has come', (t) => {
  const clients = [client('A', 1000, 8100), client('B', 2000, 8500)];
  const { clients: lanes, workers } = lanesOf(
    recording(clients, [
      [0, 1100, 'accept4', 0, 0],
      [1150, 50, 'read', 0, 5],
      [1250, 6750, 'read', 0, 3],
      [8050, 20, 'write', 0, 5],
      [8100, 20, 'close', 0, 0],
      [8130, 10, 'accept4', 1, 0],
      [8150, 50, 'read', 1, 5],
      [8300, 20, 'write', 1, 5],
      [8400, 9000, 'accept4', -1, 0],
    ]),
  );
  t.deepEqual(states(lanes[0]!), [
    '1000 backlog',
    '1100 computing',
    '1150 reading read',
    '1200 computing',
    '1250 blocked read',
    '8000 computing',
    '8050 writing write',
    '8070 calling close',
  ]);
  t.deepEqual(states(lanes[1]!).slice(0, 2), ['2000 backlog', '8140 computing']);
  t.deepEqual(states(workers[0]!).slice(0, 4), [
    '0 blocked accept4',
    '1100 computing',
    '1150 reading read',
    '1200 computing',
  ]);
  t.is(states(workers[0]!).at(-1), '17400 computing');
});

test('where a thread waits for many, a client waits for bytes, for room, or for its time; its calls do not sleep', (t) => {
  const { clients: lanes } = lanesOf(
    recording(
      [client('A', 1000, 12_000)],
      [
        [0, 1100, 'epoll_wait', -1, 1],
        [1110, 10, 'accept4', 0, 0],
        [1130, 5, 'epoll_wait', -1, 1],
        [1140, 10, 'read', 0, 3],
        [1160, 900, 'epoll_wait', -1, 1],
        [2070, 10, 'read', 0, 6],
        [2100, 3000, 'epoll_wait', -1, 0],
        [5110, 900, 'write', 0, 5],
        [6050, 3000, 'epoll_wait', -1, 1],
        [9100, 10, 'write', 0, 5],
        [9150, 2000, 'epoll_wait', -1, 1],
        [11_200, 10, 'read', 0, 0],
      ],
    ),
  );
  t.deepEqual(
    states(lanes[0]!).filter((state) => !/computing/.test(state)),
    [
      '1000 backlog',
      '1140 reading read',
      '1150 waiting',
      '2070 reading read',
      '2080 timer',
      '5110 writing write',
      '6010 room',
      '9100 writing write',
      '9110 waiting',
      '11200 reading read',
      '11210 calling close',
    ],
  );
});

test('whoever is handed over is accepted and not served, until another thread begins', (t) => {
  const workers = [
    { name: 'main', between: 'node', began: 0, calls: [[1010, 5, 'accept4', 0, 0]] },
    { name: 'thread 1', between: 'computes', began: 4000, ended: 4100, calls: [[4000, 5, 'read', 0, 5]] },
  ] as const;
  const { clients: lanes, workers: threads } = lanesOf(recording([client('A', 1000, 4050)], [], { workers }));
  t.deepEqual(states(lanes[0]!).slice(0, 3), ['1000 backlog', '1015 accepted', '4000 reading read']);
  t.deepEqual(states(threads[0]!), ['0 node', '1010 accepting accept4', '1015 node']);
  t.is(threads[1]!.spans.at(-1)!.to, 4100);
});

test('of a ring, requests are what is seen: received when it was told, waiting while it was asked', (t) => {
  const requests: Call[] = [
    [0, 1100, 'accept', 0, 0],
    [1110, 90, 'recv', 0, 5],
    [1200, 3000, 'recv', 0, 0],
    [1210, 20, 'send', 0, 5],
  ];
  const calls: Call[] = [[1240, 2900, 'io_uring_enter', -1, 1]];
  const { clients: lanes } = lanesOf(recording([client('A', 1000, 1300)], calls, { seen: 'rings', requests }));
  t.deepEqual(states(lanes[0]!).slice(0, 5), [
    '1000 backlog',
    '1100 computing',
    '1200 reading recv',
    '1200 computing',
    '1210 writing send',
  ]);
});

test('in the recordings PING 1 waits in the backlog of chapter 01 while A holds it, and does not in chapter 09', (t) => {
  const backlog = (name: string): number => {
    const run = committed(name);
    const [, lane] = lanesOf(run).clients;
    const { from, to } = lane!.spans.find(({ state }) => state === 'backlog')!;
    t.is(from, run.clients[1]!.connected);
    return to - run.clients[0]!.sent[1]![0];
  };
  t.true(backlog('01-iterative') > 0, 'until A has sent the rest');
  t.true(backlog('09-epoll') < 0, 'long before');
});

test('the state at a time, and its words', (t) => {
  const run = recording(
    [client('A', 1000, 3000)],
    [
      [0, 1100, 'accept4', 0, 0],
      [1100, 1500, 'read', 0, 5],
      [2700, 20, 'write', 0, 5],
    ],
  );
  const { clients, workers } = lanesOf(run);
  const [lane, worker] = [clients[0]!, workers[0]!];
  t.is(spanAt(lane, 999), undefined);
  t.is(spanAt(lane, 1000)!.state, 'backlog');
  t.is(spanAt(lane, 1099)!.state, 'backlog');
  t.is(spanAt(lane, 3100), undefined);
  const names = ['A'];
  t.deepEqual(
    [500, 1050, 1200, 2650, 3050, 5000].map((time) => nowOf(lane, time, names)),
    ['', 'in the backlog', 'a read sleeps for it', 'is worked for', 'answered in 2.00 ms', 'answered in 2.00 ms'],
  );
  t.deepEqual(
    [500, 1200, 2650, 2710].map((time) => nowOf(worker, time, names)),
    ['asleep in accept4', 'asleep in read · A', 'computes', 'answers A'],
  );
  t.is(readoutOf(worker, 1200, names), 'process · asleep in read · A · 1.50 ms, from 0.0011 s to 0.0026 s');
});

test('events say who did what; writes in a row are one, and sleep is told', (t) => {
  const run = recording(
    [client('A', 1000, 9000)],
    [
      [0, 1100, 'accept4', 0, 0],
      [1100, 50, 'read', 0, 1],
      [1200, 10, 'write', 0, 65_536],
      [1220, 10, 'write', 0, 65_536],
      [1240, 5000, 'write', 0, 1000],
      [6300, 10, 'read', 0, 0],
      [6400, 10, 'close', 0, 0],
      [6500, 9000, 'accept4', -1, 0],
    ],
  );
  t.deepEqual(
    eventsOf(run).map(({ time, who, what, took }) => `${time} ${who} ${what}, ${took ?? '-'}`),
    [
      '0 process sleeps in accept4 and accepts A, 1100',
      '1000 A connects, -',
      '1010 A sends 5 bytes, -',
      '1100 process reads 1 byte from A, 50',
      '1200 process writes 131,072 bytes to A, in 2 calls, 30',
      '1240 process sleeps in write and writes 1,000 bytes to A, 5000',
      '6300 process reads the end of what A sends, 10',
      '6400 process closes the connection of A, 10',
      '6500 process sleeps in accept4, 9000',
      '9000 A has its whole answer, 8.00 ms after it connected, -',
      '9100 A sees the end of its connection, -',
    ],
  );
});

test('every committed recording is told in words, and none has a state or a number that is not one', (t) => {
  for (const name of ['01-iterative', '06-descriptor-passing', '13-io-uring', '14-node-net']) {
    const run = committed(name);
    for (const { what, time } of eventsOf(run)) t.notRegex(`${what} ${time}`, /undefined|NaN|-\d|Infinity/, name);
    const names = run.clients.map((one) => one.name);
    const { clients, workers } = lanesOf(run);
    for (const lane of [...clients, ...workers]) {
      let last = lane.spans[0]!.from;
      for (const { from, to } of lane.spans) {
        t.is(from, last, `${name}: ${lane.name} has no gap`);
        t.true(to >= from);
        t.notRegex(readoutOf(lane, (from + to) / 2, names), /undefined|NaN/);
        last = to;
      }
    }
  }
});

test('times in words', (t) => {
  t.deepEqual([0, 63.4, 999, 1000, 9994, 9996, 99_949, 99_951, 999_499, 999_501, 1_234_567].map(duration), [
    '0 µs',
    '63 µs',
    '999 µs',
    '1.00 ms',
    '9.99 ms',
    '10.0 ms',
    '99.9 ms',
    '100 ms',
    '999 ms',
    '1.00 s',
    '1.23 s',
  ]);
  t.is(clock(412_345), '0.412 s');
});

test('the window follows the present, and stays within the run; pixels and times are each other’s', (t) => {
  t.deepEqual(windowOf(1000, 1, 700, 100), { from: 0, to: 1000, width: 100 });
  t.deepEqual(windowOf(1000, 4, 500, 100), { from: 375, to: 625, width: 100 });
  t.deepEqual(windowOf(1000, 4, 10, 100), { from: 0, to: 250, width: 100 });
  t.deepEqual(windowOf(1000, 4, 1000, 100), { from: 750, to: 1000, width: 100 });
  const window = windowOf(1000, 4, 500, 100);
  t.is(xOf(window, 500), 50);
  t.is(timeOf(window, 50), 500);
  t.deepEqual(ticksOf({ from: 0, to: 1_000_000, width: 500 }), [0, 200_000, 400_000, 600_000, 800_000, 1_000_000]);
});

test('a step leads to the next time, or the last one before', (t) => {
  t.is(stepFrom([0, 5, 9], 5, 1), 9);
  t.is(stepFrom([0, 5, 9], 5, -1), 0);
  t.is(stepFrom([0, 5, 9], 9, 1), undefined);
});

test('two recordings stand one below the other, with their titles; no row covers another', (t) => {
  const run = recording([client('A', 1000, 3000)], []);
  for (const narrow of [true, false]) {
    const { rows, height } = rowsOf([run, run], ['one', 'two'], narrow);
    t.deepEqual(
      rows.map(({ text }) => text),
      ['one', 'A', 'process', 'two', 'A', 'process'],
    );
    rows.forEach((row, i) => {
      t.true(row.top + row.height <= (rows[i + 1]?.top ?? height));
    });
  }
  t.deepEqual(
    rowsOf([run], ['one'], false).rows.map(({ text }) => text),
    ['A', 'process'],
  );
});
