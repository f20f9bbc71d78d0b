/** `lab load` against real chapters: every option, and what is said and left when something goes wrong. */

import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { openDescriptors } from '../../lib/testing/footprint.ts';
import { processes } from '../../lib/testing/proc.ts';
import { startServer, until } from '../../lib/testing/server.ts';
import { traces } from '../../lib/testing/traced.ts';
import { at, EPOLL, epollOf, folder, run, says, serve, start, well } from './testing.ts';

const traceOf = traces(test);
const epoll = epollOf(test);

test.serial(
  '--requests and --connections: so many on each, a row for each, and all of them are answered',
  async (t) => {
    const file = folder(t);
    const words = ['--connections', '20', '--requests', '50', '--csv', file('rows.csv'), '--html', file('page.html')];
    const ran = await run(t, [...at(await epoll()), ...words]);
    well(t, ran);
    t.like(ran.written, { requests: 1000, served: 20, processes: 1 });
    const [head, ...rows] = readFileSync(file('rows.csv'), 'utf8').trim().split('\n');
    t.is(head, 'connection,requests,errors,min_us,mean_us,p50_us,p99_us,max_us');
    t.is(rows.length, 20);
    for (const [i, row] of rows.entries()) {
      const [connection, requests, errors, min, mean, p50, p99, max] = row.split(',').map(Number);
      t.deepEqual([connection, requests, errors], [i + 1, 50, 0]);
      t.true(min! > 0 && min! <= mean! && mean! <= max! && min! <= p50! && p50! <= p99! && p99! <= max!);
    }
    const longest = Math.max(...rows.map((row) => Number(row.split(',')[7])));
    t.is(ran.written.roundTrips.max, longest);
    const page = readFileSync(file('page.html'), 'utf8');
    const drawn = page.match(/<h2>[^<]+/g)!.map((heading) => heading.slice(4));
    for (const name of ['How long round trips took', 'The slowest', 'Connections']) t.true(drawn.includes(name), name);
    t.is(page.match(/<svg /g)?.length, 2 * drawn.length, 'each for two widths');
    t.notRegex(page, /(src|href)="(?!data:)|<script|url\(|@import/, 'it needs nothing that is not in it');
    t.regex(ran.stdout, /^connected +20 of 20 in [\d.]+ .s, [\d,]+\/s$/m);
    t.regex(ran.stdout, /^requests +1,000 answered in /m);
    t.regex(ran.stdout, /^errors +none$/m);
    t.regex(ran.stdout, /min +mean +p50 +p75 +p90 +p95 +p99 +p99\.9 +p99\.99 +max$/m);
    t.regex(ran.stdout, /█/);
  },
);

test.serial('one PING is one read and one write at the server, and the connection is closed in the end', async (t) => {
  const traced = await traceOf(EPOLL);
  well(t, await run(t, [...at(traced.server), '--connections', '3', '--requests', '7']));
  await traced.closed(3);
  const calls = (name: string): number => traced.calls(name).length;
  t.deepEqual([calls('accept4') >= 3, calls('write'), calls('read')], [true, 21, 24]);
});

for (const http of [[], ['--http']]) {
  test.serial(`a mix by weight, pipelined, with timestamps ${http.join()}`, async (t) => {
    const mix = '6 PING, 1 WAIT 1, 1 BURN 300, 1 STREAM 70000, 1 ECHO ä {timestamp}';
    const words = ['--command', mix, '--pipeline', '5', '--connections', '8', '--requests', '40', ...http];
    const ran = await run(t, [...at(await epoll()), ...words]);
    well(t, ran);
    t.is(ran.written.requests, 320);
  });
}

test.serial('--message is echoed, and --duration ends it', async (t) => {
  const words = ['--message', 'hello {timestamp}', '--duration', '300ms', '--connections', '4'];
  const ran = await run(t, [...at(await epoll()), ...words]);
  well(t, ran);
  t.is(ran.written.seconds.toFixed(3), '0.300');
  t.true(ran.written.timeline.length >= 2);
});

test.serial('--think: nobody asks more often than that; --ramp: nobody connects sooner', async (t) => {
  const words = ['--think', '20', '--ramp', '200ms', '--duration', '200ms', '--connections', '10'];
  const ran = await run(t, [...at(await epoll()), ...words]);
  well(t, ran);
  t.true(ran.written.connecting.seconds >= 0.18);
  for (const { requests } of ran.written.perConnection) t.true(requests >= 1 && requests <= 11, `${requests}`);
});

test.serial('--warm-up: what is asked before does not count', async (t) => {
  const traced = await traceOf(EPOLL);
  const words = ['--warm-up', '200ms', '--duration', '200ms', '--connections', '5', '--pipeline', '2'];
  const ran = await run(t, [...at(traced.server), ...words]);
  well(t, ran);
  t.is(ran.written.seconds.toFixed(3), '0.200');
  await traced.closed(5);
  const reads = traced.calls('read').filter(({ result }) => result > 0).length;
  t.true(reads > ran.written.requests / 2 + 10, `${reads} reads, ${ran.written.requests} requests counted`);
  const sent = traced.calls('read').reduce((sum, { result }) => sum + Math.max(0, result), 0) / 5;
  t.true(sent > ran.written.requests + 10, `${sent} requests sent, ${ran.written.requests} counted`);
});

test.serial(
  '--read-rate: slow readers take their time, and what is under way in the end is read at once',
  async (t) => {
    const server = await epoll();
    const slow = await run(t, [...at(server), '--command', 'STREAM 20000', '--read-rate', '40000', '--requests', '1']);
    well(t, slow);
    t.is(slow.written.requests, 10);
    t.true(slow.written.roundTrips.min! >= 450_000, '4,000 bytes ten times a second');
    const cut = ['--command', 'STREAM 5000000', '--read-rate', '1000', '--duration', '200ms', '--connections', '2'];
    const ran = await run(t, [...at(server), ...cut]);
    well(t, ran);
    t.is(ran.written.requests, 2);
  },
);

test.serial('--rate: as many as are due, and what a stall holds up counts from then', async (t) => {
  const words = [
    '--rate',
    '2000',
    '--duration',
    '500ms',
    '--connections',
    '2',
    '--command',
    '199 PING, 1 BURN 8000000',
  ];
  const ran = await run(t, [...at(await epoll()), ...words]);
  const { requests, unsent, roundTrips, service } = ran.written;
  t.is(requests + unsent, 1000);
  t.is(ran.status, 0);
  t.is(roundTrips.count, 1000);
  for (const name of ['p50', 'p90', 'p99', 'max']) t.true(roundTrips[name]! >= service![name]!, name);
  t.true(roundTrips.mean! > 2 * service!.mean!, 'nearly all that is slow was due during a BURN');
});

test.serial('--find-max: a rate is found, and kept what it promised', async (t) => {
  const words = ['--find-max', 'p50<5s', '--duration', '100ms', '--connections', '200'];
  const ran = await run(t, [...at(await epoll()), ...words]);
  t.is(ran.status, 0, ran.stderr);
  t.regex(ran.stdout, /^[\d,]+\/s is the highest rate that kept p50<5s$/m);
  t.regex(ran.stderr, /^ +1,000\/s {2}p50 .* (kept|broken)$/m);
  t.true(ran.written.roundTrips.p50! < 5_000_000);
  const never = await run(t, [...at(await epoll()), '--find-max', 'max<1us', '--duration', '20ms']);
  t.deepEqual([never.status, /^no rate kept max<1us$/m.test(never.stdout)], [1, true]);
});

test.serial('--hold: each is proved by one PING, and stays; Ctrl-C is its end, and no failure', async (t) => {
  const traced = await traceOf(EPOLL);
  const { server } = traced;
  const before = openDescriptors(server);
  const holding = start(t, [...at(server), '--connections', '1500', '--hold']);
  await holding.line(/^1,500 held$/);
  t.is(openDescriptors(server), before + 1500);
  t.is(traced.calls('read').length, 1500);
  const sources = new Set(
    readFileSync('/proc/net/tcp', 'latin1').match(
      new RegExp(`[0-9A-F]{8}(?=:[0-9A-F]{4} 0100007F:${hex(server.port)} 01)`, 'g'),
    ),
  );
  t.false(sources.has('0100007F'), 'so many come from addresses of their own');
  t.is(await holding.stop('SIGINT'), 0);
  t.regex(holding.stdout.join('\n'), /^connected +1,500 of 1,500 .*\nproved +1,500 by a PING\nheld +1,500 for /m);
  await until(() => openDescriptors(server) === before, 'all are closed');
});

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');

test.serial('--processes and --cpus: each has its share, and runs where it was bound', async (t) => {
  const server = await epoll();
  const words = ['--connections', '5', '--processes', '2', '--cpus', '0', '--hold'];
  const holding = start(t, [...at(server), ...words]);
  await holding.line(/^5 held$/);
  const children = processes(holding.child.pid!).filter(
    ({ parent, name }) => parent === holding.child.pid && name !== 'esbuild',
  );
  t.is(children.length, 2);
  for (const { pid } of children) {
    for (const tid of readdirSync(`/proc/${pid}/task`)) {
      t.regex(readFileSync(`/proc/${pid}/task/${tid}/status`, 'latin1'), /^Cpus_allowed_list:\s0$/m);
    }
  }
  t.notRegex(readFileSync(`/proc/${holding.child.pid}/status`, 'latin1'), /^Cpus_allowed_list:\s0$/m);
  await holding.stop('SIGTERM');
  const ran = await run(t, [...at(server), '--connections', '5', '--processes', '2', '--requests', '10']);
  well(t, ran);
  t.like(ran.written, { processes: 2, requests: 50 });
  t.is(ran.written.perConnection.length, 5);
});

test.serial(
  'more connections than a process has descriptors for are divided, and the arithmetic is said',
  async (t) => {
    const target = at(await epoll());
    const divided = await run(t, [...target, '--connections', '200', '--requests', '2'], { descriptors: 128 });
    well(t, divided);
    t.like(divided.written, { processes: 3, requests: 400 });
    t.regex(
      divided.stderr,
      /a process may have 128 descriptors \(ulimit -Hn\) and needs 48 itself, so 3 processes with 67 /,
    );
    const refused = start(t, [...target, '--connections', '200', '--processes', '1'], { descriptors: 128 });
    await says(t, refused, 1, /1 process × 80 = 80 connections, not 200; --processes 3 would do/);
  },
);

test.serial('several targets share the connections', async (t) => {
  const [one, other] = [await traceOf(EPOLL), await startServer(t, 'chapters/12-coroutines/server.ts')];
  const target = `${one.server.host}:${one.server.port},${other.host}:${other.port}`;
  well(t, await run(t, ['--target', target, '--connections', '6', '--requests', '3']));
  await one.closed(3);
  t.is(one.calls('write').length, 9);
});

test.serial('01-iterative serves one after another, and all of them in the end', async (t) => {
  const traced = await traceOf('chapters/01-iterative/server.ts');
  const ran = await run(t, [...at(traced.server), '--connections', '3', '--requests', '20']);
  well(t, ran);
  t.deepEqual(
    ran.written.perConnection.map(({ requests }) => requests),
    [20, 20, 20],
  );
  await traced.closed(3);
  const order = traced.calls('accept4', 'write', 'close').map(({ call }) => call);
  const one = ['accept4', ...Array<string>(20).fill('write'), 'close'];
  t.deepEqual(order.slice(0, 66), [...one, ...one, ...one]);
});

test.serial('a Unix socket is a target too', async (t) => {
  const path = await serve(t, (socket) => socket.write('PONG\n'), { path: folder(t)('load.sock') });
  const ran = await run(t, ['--target', path, '--connections', '5', '--requests', '10']);
  well(t, ran);
  t.is(ran.written.requests, 50);
  await says(t, start(t, ['--target', '/nowhere/load.sock']), 1, /^lab load: \/nowhere\/load\.sock does not exist; /);
});

test.serial('a full disk costs the file and not the report', async (t) => {
  const loading = start(t, [...at(await epoll()), '--requests', '2', '--csv', '/dev/full']);
  t.is(await loading.ended, 1);
  t.regex(loading.stdout.join('\n'), /^requests +20 answered/m);
  // How far it is stands before that, on a machine so busy that it took a second.
  t.is(loading.stderr.at(-1), 'lab load: cannot write /dev/full: ENOSPC: no space left on device, write');
  await says(
    t,
    start(t, ['--json', '/nowhere/load.json']),
    1,
    /^lab load: cannot write \/nowhere\/load\.json: ENOENT: no such file or directory$/,
  );
  await says(
    t,
    start(t, ['--html', 'lab']),
    1,
    /^lab load: cannot write lab: EISDIR: illegal operation on a directory$/,
  );
});

test.serial('nobody who listens is one line', async (t) => {
  await says(
    t,
    start(t, ['--target', '127.0.0.1:1']),
    1,
    /^lab load: 127\.0\.0\.1:1 refuses the connection; does a server listen there\?$/,
  );
  await says(t, start(t, ['--target', 'no..such..host:1']), 1, /^lab load: .*no\.\.such\.\.host/);
});

const mistakes: [string, RegExp][] = [
  ['--nonsense', /unknown option '--nonsense'/],
  ['word', /too many arguments/],
  ['--target here', /It takes host:port/],
  ['--target 127.0.0.1:0', /It takes host:port/],
  ['--connections 0', /whole number from 1/],
  ['--duration 5x', /span of time/],
  ['--duration 0', /above 0/],
  ['--command NOPE', /the commands are PING, .* not: NOPE$/],
  ['--find-max p99', /"p99<10ms"/],
  ['--cpus 1-', /numbers of processors/],
  ['--rate 0', /requests a second/],
  ['--requests 5 --duration 5s', /--requests does not go with --duration: one of them ends it$/],
  ['--requests 5 --warm-up 1s', /--requests does not go with --warm-up: all that are asked for count$/],
  ['--read-rate 0', /whole number from 1/],
  ['--hold --rate 5', /--hold|--rate .* --hold/],
  ['--csv both --html ./both', /\/both cannot be two files at once$/],
  ['--processes 11', /11 processes have no connection each/],
];
for (const [words, line] of mistakes) {
  test.serial(`a mistake is one line and status 2: ${words}`, async (t) => {
    await says(t, start(t, words.split(' ')), 2, line);
  });
}

test.serial(
  'a server that serves one at a time: the others are met without an answer, and it is over in time',
  async (t) => {
    const server = await startServer(t, 'chapters/01-iterative/server.ts');
    const { status, stdout, written } = await run(t, [...at(server), '--connections', '3', '--duration', '300ms']);
    t.deepEqual([status, written.connecting.connected], [0, 3], stdout);
  },
);
