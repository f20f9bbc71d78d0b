/** Small writes do what their chapter says: seen in what the kernel counts, and in the calls that are made. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { check } from '../../lib/sys/errors.ts';
import { read, write } from '../../lib/sys/io.ts';
import { setsockopt } from '../../lib/sys/socket.ts';
import { TCP_CORK } from '../../lib/sys/tcp.ts';
import type { TraceRecord } from '../../lib/sys/trace.ts';
import { demonstrate } from '../../lib/testing/demonstration.ts';
import { startProgram } from '../../lib/testing/server.ts';
import { Connection, type Exchange, type Look, type Way, ways } from './exchange.ts';
import type { Measured } from './nagle.ts';

const PROGRAM = 'chapters/18-small-writes/nagle.ts';
const PIECES = [40, 60];
/** What the kernel calls TCP_DELACK_MIN, in milliseconds; timers count in ticks, so a delay may be one shorter. */
const DELAY = 40;
const TICK = 10;

function connect(t: ExecutionContext): Connection {
  const connection = new Connection();
  t.teardown(() => connection.close());
  return connection;
}

/** The middle one of some numbers: one that another process held up is neither here nor there. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** Requests on one connection, as nagle.ts sends them. */
function exchanges(connection: Connection, way: Way, count = 9, pieces: readonly number[] = PIECES): Exchange[] {
  way.prepare?.(connection);
  return Array.from({ length: count }, () => {
    connection.pace(way.quick === true);
    return connection.exchange(way, pieces);
  });
}

const segments = (all: readonly Exchange[]): number => median(all.map(({ before, after }) => after.sent - before.sent));
const acknowledgements = (all: readonly Exchange[]): number =>
  median(all.map(({ before, after }) => after.acknowledgements - before.acknowledgements));
const time = (all: readonly Exchange[]): number => median(all.map(({ took }) => took));

/** Has a client write both pieces and looks on until the second has been sent. @returns the looks, from the first on */
function watch(connection: Connection): { before: Look; looks: Look[] } {
  connection.exchange(ways.plain, PIECES);
  connection.pace(false);
  const before = connection.look();
  ways.plain.send(connection, PIECES);
  const looks = [connection.look()];
  while (looks.at(-1)!.unsent > 0) looks.push(connection.look());
  return { before, looks };
}

test('the client holds the second piece back for as long as the first is not acknowledged, and no longer', (t) => {
  const connection = connect(t);
  let held = 0;
  for (let i = 0; i < 9; i++) {
    const { before, looks } = watch(connection);
    for (const { acknowledgements, unsent, sent } of looks) {
      const acknowledged = acknowledgements > before.acknowledgements;
      // The two ends are asked one after the other, and the delay may be over in between: then the client's is the older.
      if (!acknowledged) t.deepEqual([sent - before.sent, unsent], [1, 60]);
      if (unsent === 0) t.true(acknowledged, 'it was not sent before there was an acknowledgement');
    }
    if (looks[0]!.unsent > 0) held++;
    let got = 0;
    while (got < 100) got += check(read(connection.server, connection.memory, 0, 100), 'read');
    check(write(connection.server, connection.memory, 0, 5), 'write');
    check(read(connection.client, connection.memory, 0, 5), 'read');
  }
  t.true(held >= 5, `it was held back ${held} times of 9`);
});

test('a client that writes a request in one piece does not meet it', (t) => {
  const all = exchanges(connect(t), ways.plain, 9, [100]);
  t.deepEqual([segments(all), acknowledgements(all)], [1, 0]);
  t.true(time(all) < (DELAY - TICK) / 4, `${time(all)} ms`);
});

test('nor does one whose server answers the first piece already: the answer brings the acknowledgement', (t) => {
  const connection = connect(t);
  const { client, server, memory } = connection;
  connection.exchange(ways.plain, PIECES);
  let proven = 0;
  for (let i = 0; i < 9; i++) {
    connection.pace(false);
    const before = connection.look();
    ways.plain.send(connection, PIECES);
    t.is(check(read(server, memory, 0, PIECES[0]!), 'read'), PIECES[0]);
    const held = connection.look();
    check(write(server, memory, 0, 5), 'write');
    const after = connection.look();
    // As long as the server has acknowledged nothing by itself, for its delay was not over.
    if (held.unsent === PIECES[1] && after.acknowledgements === before.acknowledgements) {
      proven++;
      t.deepEqual([after.sent - before.sent, after.unsent], [2, 0]);
    }
    t.is(check(read(server, memory, 0, PIECES[1]!), 'read'), PIECES[1]);
    check(write(server, memory, 0, 5), 'write');
    for (let got = 0; got < 10; ) got += check(read(client, memory, 0, 10 - got), 'read');
  }
  t.true(proven >= 1, 'at least once the second piece was held back until then');
});

test('the server has all that was sent, and has sent nothing: it waits for the rest, and the client for it', (t) => {
  const all = exchanges(connect(t), ways.plain);
  const seen = all.filter(({ until }) => until < DELAY - 2 * TICK);
  t.true(seen.length >= 1);
  for (const { before, middle } of seen) {
    t.is(middle.unacked, 1);
    t.is(middle.unsent, 60);
    t.is(middle.come - before.come, 1);
    t.is(middle.acknowledgements, before.acknowledgements);
  }
});

test('it takes as long as the receiver delays its acknowledgement: what tcpi_ato says, and nothing when it does not', (t) => {
  const delayed = exchanges(connect(t), ways.plain);
  t.is(median(delayed.map(({ middle }) => middle.delay)), DELAY);
  t.true(time(delayed) >= DELAY - TICK, `${time(delayed)} ms`);
  t.true(time(delayed) < 4 * DELAY, `${time(delayed)} ms`);
  const quick = exchanges(connect(t), ways.quick);
  t.true(time(quick) < time(delayed) / 4, `${time(quick)} ms, and with a delay ${time(delayed)} ms`);
  t.is(segments(quick), 2, 'Nagle holds back all the same, but for nothing');
});

test('TCP_NODELAY sends each piece at once, in a segment of its own, while nothing is acknowledged', (t) => {
  const all = exchanges(connect(t), ways.nodelay);
  t.is(segments(all), 2);
  t.true(all.every(({ middle }) => middle.unsent === 0));
  t.is(segments(exchanges(connect(t), ways.nodelay, 9, Array<number>(8).fill(12))), 8);
  t.true(time(all) < (DELAY - TICK) / 4, `${time(all)} ms`);
});

for (const name of ['cork', 'writev'] as const) {
  test(`${name} makes one segment of a request, in two pieces or in eight, and nothing has to be acknowledged first`, (t) => {
    for (const pieces of [PIECES, Array<number>(8).fill(12)]) {
      const all = exchanges(connect(t), ways[name], 9, pieces);
      t.deepEqual([segments(all), acknowledgements(all)], [1, 0]);
      t.true(time(all) < (DELAY - TICK) / 4, `${time(all)} ms`);
    }
  });
}

test('as long as the cork is in nothing is sent; pulling it out sends all', (t) => {
  const connection = connect(t);
  connection.exchange(ways.plain, PIECES);
  const before = connection.look();
  check(setsockopt(connection.client, 6, TCP_CORK, 1), 'setsockopt');
  for (let i = 0; i < 3; i++) check(write(connection.client, connection.memory, 0, 20), 'write');
  const began = performance.now();
  const corked = connection.look();
  if (performance.now() - began < 100) t.deepEqual([corked.sent - before.sent, corked.unsent], [0, 60]);
  check(setsockopt(connection.client, 6, TCP_CORK, 0), 'setsockopt');
  const { sent, unsent } = connection.look();
  t.deepEqual([sent - before.sent, unsent], [1, 0]);
});

test('a cork that is forgotten comes out by itself, after 200 ms', (t) => {
  const all = exchanges(connect(t), ways.forgotten, 3);
  t.is(segments(all), 1);
  t.true(time(all) >= 200 - TICK, `${time(all)} ms`);
});

test('of eight writes Nagle makes two segments: what is written meanwhile goes together', (t) => {
  const all = exchanges(connect(t), ways.plain, 9, Array<number>(8).fill(12));
  t.is(segments(all), 2);
  t.is(median(all.map(({ middle }) => middle.unsent)), 7 * 12);
});

test('a small segment waits for a small one, and not for a full one', (t) => {
  const connection = connect(t);
  let proven = 0;
  for (let i = 0; i < 9; i++) {
    connection.pace(false);
    const { full } = connection;
    const before = connection.look();
    check(write(connection.client, connection.memory, 0, full), 'write');
    const between = connection.look();
    check(write(connection.client, connection.memory, 0, 60), 'write');
    const after = connection.look();
    // The first was not acknowledged when the second was written: Nagle's own rule would have kept it.
    if (between.unacked > 0 && between.acknowledgements === before.acknowledgements) {
      proven++;
      t.deepEqual([after.sent - before.sent, after.unsent], [2, 0]);
    }
    let got = 0;
    while (got < full + 60) got += check(read(connection.server, connection.memory, 0, full + 60 - got), 'read');
    check(write(connection.server, connection.memory, 0, 5), 'write');
    check(read(connection.client, connection.memory, 0, 5), 'read');
  }
  t.true(proven >= 1, 'at least once the first was still under way');
});

test('the first request of a connection is not delayed: its server acknowledges at once until it has answered', (t) => {
  const pairs = Array.from({ length: 5 }, () => {
    const connection = connect(t);
    return [connection.exchange(ways.plain, PIECES), connection.exchange(ways.plain, PIECES)] as const;
  });
  const [first, second] = [time(pairs.map(([one]) => one)), time(pairs.map(([, two]) => two))];
  t.true(second >= DELAY - TICK, `${second} ms`);
  t.true(first < second / 4, `${first} ms, then ${second} ms`);
});

/** Runs the program with --json. */
async function measured(t: ExecutionContext, requests: number, by: readonly string[] = []): Promise<Measured> {
  const lines = await demonstrate(t, PROGRAM, { args: ['--json', '--requests', `${requests}`], by });
  return JSON.parse(lines.join('\n')) as Measured;
}

test('the program tells the same of each way', async (t) => {
  const { two, eight, first, second } = await measured(t, 9);
  t.deepEqual(
    two.map(({ segments }) => segments),
    [2, 2, 1, 1, 2, 1, 2],
  );
  t.deepEqual(
    eight.map(({ segments }) => segments),
    [2, 8, 1, 1],
  );
  const times = two.map(({ took }) => took);
  t.true(times[0]! >= DELAY - TICK && times[5]! >= 200 - TICK);
  for (const i of [1, 2, 3, 4, 6]) t.true(times[i]! < times[0]! / 4, `${two[i]!.name}: ${times[i]} ms`);
  t.true(first < second / 4);
});

test('a request takes a write for each piece, two calls more with the cork, and one writev', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'sockets-nagle-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'trace');
  await measured(t, 5, ['env', `SOCKETS_TRACE_FILE=${file}`]);
  const calls = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as TraceRecord).call);
  // A request of those whose pieces are known beforehand begins when the server's pace is set and both ends have been looked at, and ends with two looks more.
  const requests = calls
    .join(' ')
    .matchAll(/setsockopt getsockopt getsockopt ((?:(?:setsockopt|write|writev) )+)read getsockopt getsockopt /g);
  const kinds = Array.from(requests, ([, sent = '']) => sent.trim());
  const writes = (count: number): string => Array<string>(count).fill('write').join(' ');
  for (const count of [2, 8]) {
    t.is(kinds.filter((kind) => kind === writes(count)).length, count === 2 ? 20 : 10);
    t.is(kinds.filter((kind) => kind === `setsockopt ${writes(count)} setsockopt`).length, 5);
  }
  t.is(kinds.filter((kind) => kind === 'writev').length, 10);
});

test('what it prints is what the chapter shows', async (t) => {
  const text = (await demonstrate(t, PROGRAM, { args: ['--requests', '9'] })).join('\n');
  t.regex(text, /the client has sent 1 segment, and holds 60 bytes back/);
  t.regex(text, /the server has got 1 segment, and sent no acknowledgement/);
  t.regex(text, /it may keep the client waiting for 40 ms \(tcpi_ato\)/);
  t.regex(text, /the client has sent 2 segments, and holds 0 bytes back/);
});

test('a mistake on the command line is one line and status 2', async (t) => {
  for (const args of [['--requests', 'many'], ['--requests', '1'], ['--nothing'], ['word']]) {
    const program = startProgram(t, PROGRAM, { args });
    t.is(await program.ended, 2);
    t.deepEqual([program.stdout, program.stderr.length], [[], 1]);
  }
});
