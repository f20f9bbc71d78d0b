/** The dashboard against real chapters and loads: what it finds and tells, over HTTP and on its command line. */

import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { processes } from '../../lib/testing/proc.ts';
import { launchServer, type Server, startProgram, startServer, until } from '../../lib/testing/server.ts';
import { Listener, launchDashboard, load, type Running, startDashboard } from './fixture.ts';
import { MOST_CALLS, type ServerSample } from './sample.ts';

const PREFORK = 'chapters/05-prefork/server.ts';
const WORKERS = 'chapters/10-epoll-workers/server.ts';

let server: Server;
let dashboard: Running;
test.before(async () => {
  server = await launchServer(WORKERS, { args: ['--workers', '2'] });
  dashboard = await launchDashboard(); // watches all that runs, whatever other tests start
});
test.after.always(async () => {
  await dashboard?.program.kill();
  await server?.kill();
});

/** Asks, with any Host. */
function ask(
  port: number,
  path: string,
  host?: string,
  method = 'GET',
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

test.serial('a server that runs is found by itself, with its load and what both do', async (t) => {
  const page = await Listener.open(t, dashboard);
  const program = load(t, server, '--connections', '6', '--rate', '400', '--duration', '60s');
  const of = (samples: Readonly<Record<string, ServerSample>>): ServerSample | undefined => {
    const subject = page.subjects.find(({ pid }) => pid === server.pid);
    return subject === undefined ? undefined : samples[subject.id];
  };
  const sample = await page.sample('six connections over two workers, and answers', ({ servers, loads, trips }) => {
    const mine = of(servers);
    const loading = page.subjects.find(({ pid }) => pid === program.child.pid);
    const answered = loading === undefined ? 0 : (loads[loading.id]?.requests ?? 0);
    const spread = mine?.workers.length === 2 && mine.workers[0]! + mine.workers[1]! === 6;
    return spread && mine?.connections === 6 && answered > 200 && answered < 800 && trips !== undefined;
  });
  const mine = of(sample.servers)!;
  t.deepEqual(mine.states, { ESTABLISHED: 6 });
  t.is(mine.processes, 1);
  t.true(mine.threads > 3);
  t.true(mine.memory > 30e6 && mine.memory < 1e9);
  t.true(mine.backlog > 0);
  t.true(sample.trips!.p50 > 0 && sample.trips!.p50 <= sample.trips!.p95 && sample.trips!.p95 <= sample.trips!.p99);
  t.true(sample.cores.length > 0 && sample.cores.every((times) => times.every((time) => time >= 0 && time <= 100)));
  await page.sample('switches and processor time', ({ servers }) => {
    const now = of(servers);
    return now !== undefined && now.voluntary > 50 && now.user + now.system > 0;
  });
  const subject = page.subjects.find(({ pid }) => pid === server.pid)!;
  t.is(subject.name, '10-epoll-workers');
  t.is(subject.where, `127.0.0.1:${server.port}`);
  t.is(await program.stop('SIGINT'), 130);
  await until(
    () => page.subjects.some(({ pid, ended }) => pid === program.child.pid && ended !== undefined),
    'the load has ended',
  );
});

test.serial('a page that comes late is told all that was; several are told the same', async (t) => {
  const [early, late] = await Promise.all([Listener.open(t, dashboard), Listener.open(t, dashboard)]);
  const before = await early.sample('anything', () => true);
  await until(() => early.samples.length >= early.history + 3, 'three more samples');
  const last = await Listener.open(t, dashboard);
  await until(() => last.history >= 0, 'the history');
  t.true(last.history >= early.history + 3);
  t.deepEqual(last.samples[0], before);
  await until(() => late.samples.length >= last.history, 'the other page has as many');
  t.deepEqual(late.samples.slice(0, last.history), last.samples.slice(0, last.history));
  const gaps = last.samples.slice(1).map(({ at }, i) => at - last.samples[i]!.at);
  t.true(gaps.sort((a, b) => a - b)[gaps.length >> 1]! <= 500, 'twice a second, or more often');
});

test.serial('children are a server’s own: processes, and connections by process', async (t) => {
  const prefork = await startServer(t, PREFORK, { args: ['--children', '3'] });
  const only = await startDashboard(t, '--only', `${prefork.port}`);
  const page = await Listener.open(t, only);
  load(t, prefork, '--connections', '2', '--hold');
  const { servers } = await page.sample('two of three workers with a connection', (sample) => {
    const [mine] = Object.values(sample.servers);
    return mine?.workers.join() === '1,1,0' && mine.processes === 4;
  });
  t.is(Object.keys(servers).length, 1, 'of the servers only that one');
  t.deepEqual(
    page.subjects.filter(({ kind }) => kind === 'server').map(({ pid }) => pid),
    [prefork.pid],
  );
});

test.serial('the system calls of a traced server are told by name', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const traced = await startServer(t, 'chapters/09-epoll/server.ts', {
    args: ['--trace', join(folder, 'trace.jsonl')],
  });
  const only = await startDashboard(t, '--only', `${traced.port}`);
  const page = await Listener.open(t, only);
  load(t, traced, '--connections', '2', '--rate', '200', '--duration', '60s');
  const sample = await page.sample('reads and writes', ({ servers }) => {
    const { read = 0, write = 0, epoll_wait = 0 } = Object.values(servers)[0]?.calls ?? {};
    return read > 100 && read < 400 && write > 100 && write < 400 && epoll_wait > 0;
  });
  t.true(Object.keys(Object.values(sample.servers)[0]!.calls!).length <= MOST_CALLS + 1);
  // Whom it is not asked for does not get in its way, with a trace or without.
  const other = await startDashboard(t, '--only', '1');
  const nothing = await Listener.open(t, other);
  await until(() => nothing.samples.length >= 5, 'some samples');
  t.deepEqual(nothing.subjects, []);
  t.deepEqual(other.program.stderr, []);
});

test.serial('connections that nobody accepts stand in the queue', async (t) => {
  const iterative = await startServer(t, 'chapters/01-iterative/server.ts');
  const only = await startDashboard(t, '--only', `${iterative.port}`);
  const page = await Listener.open(t, only);
  load(t, iterative, '--connections', '5', '--hold', '--patience', '30s');
  const sample = await page.sample('four that wait', ({ servers }) => Object.values(servers)[0]?.queue === 4);
  t.deepEqual(Object.values(sample.servers)[0]!.states, { ESTABLISHED: 5 });
});

test('it serves its own pages, to those who mean it, and nothing else', async (t) => {
  const { port } = dashboard;
  const page = await ask(port, '/');
  t.is(page.status, 200);
  t.regex(`${page.headers['content-security-policy']}`, /default-src 'none'/);
  t.notRegex(page.body, /https?:\/\//, 'nothing from elsewhere');
  for (const path of ['/page.js', '/style.css', '/?a=b']) t.is((await ask(port, path)).status, 200, path);
  for (const path of ['/../../package.json', '/..%2f..%2fpackage.json', '/page/page.ts', '/%00', '//', '*']) {
    t.is((await ask(port, path)).status, 404, path);
  }
  for (const host of [`127.0.0.1:${port}`, 'localhost', '[::1]:3000', '10.0.0.1'])
    t.is((await ask(port, '/', host)).status, 200, host);
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'a b',
  ]) {
    for (const path of ['/', '/events', '/metrics']) t.is((await ask(port, path, host)).status, 421, `${host}${path}`);
  }
  t.is((await ask(port, '/', undefined, 'POST')).status, 405);
  const head = await ask(port, '/', undefined, 'HEAD');
  t.deepEqual([head.status, head.body], [200, '']);
  t.is((await ask(port, '/events', undefined, 'HEAD')).status, 200);
});

test.serial('Ctrl-C ends it within a second, with pages open', async (t) => {
  const { program, port } = await startDashboard(t);
  const pages = await Promise.all([1, 2, 3].map(() => Listener.open(t, { program, port, origin: '' })));
  for (const page of pages) await page.sample('anything', () => true);
  const began = performance.now();
  t.is(await program.stop('SIGINT'), 130);
  t.true(performance.now() - began < 1000);
  t.deepEqual(program.survivors, []);
  t.deepEqual(program.stderr, []);
});

test.serial('what it cannot do is said in a line', async (t) => {
  const cases: [string[], number, RegExp][] = [
    [['--port', `${dashboard.port}`], 1, /^lab dashboard: 127\.0\.0\.1:\d+ is already in use$/],
    [
      ['--port', '70000'],
      2,
      /^lab dashboard: option '--port <port>' argument '70000' is invalid\. It takes a whole number/,
    ],
    [['--host', 'no.such.host.invalid'], 1, /^lab dashboard: getaddrinfo/],
    [['--host', '203.0.113.1'], 1, /^lab dashboard: 203\.0\.113\.1:3000 is not an address of this machine$/],
    [
      ['--host', ''],
      2,
      /^lab dashboard: option '--host <host>' argument '' is invalid\. It takes an address or a name\.$/,
    ],
    [['--only', '80,x'], 2, /^lab dashboard: option '--only <ports>' argument '80,x' is invalid\./],
    [['--nothing'], 2, /^lab dashboard: unknown option '--nothing'$/],
    [['more'], 2, /^lab dashboard: too many arguments/],
  ];
  for (const [args, status, told] of cases) {
    const program = startProgram(t, 'lab/lab.mjs', { args: ['dashboard', ...args] });
    t.is(await program.ended, status, args.join(' '));
    t.is(program.stderr.length, 1, program.stderr.join('\n'));
    t.regex(program.stderr[0]!, told);
    t.deepEqual(program.stdout, []);
  }
  t.true(processes(dashboard.program.child.pid!).length > 0, 'the first one goes on');
});
