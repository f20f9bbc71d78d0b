/** `lab race` against real chapters: every option, and what is said and left when something goes wrong. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { commandLine, usage } from '../../lib/testing/proc.ts';
import { type Program, startProgram, until } from '../../lib/testing/server.ts';
import { complete } from './complete.ts';
import { findRacer, omission, roomInMemory } from './racers.ts';
import type { Entry, Race } from './results.ts';
import { describeLoad, scenarios } from './scenarios.ts';

function start(t: ExecutionContext, args: readonly string[]): Program {
  return startProgram(t, 'lab/lab.mjs', { args: ['race', ...args] });
}

/** A file's path, in a folder of the test's own. */
function file(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-race-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'race.json');
}

/** Runs to the end. @returns what it wrote, how it ended, and what it said */
async function run(
  t: ExecutionContext,
  ...args: string[]
): Promise<{ race: Race; status: number | string; stdout: string; stderr: string }> {
  const path = file(t);
  const program = start(t, [...args, '--json', path]);
  // ava's patience is for whole files; here a server takes a second to start, and more where others want the machine.
  t.timeout(100_000);
  const status = await program.ended;
  const [stdout, stderr] = [program.stdout.join('\n'), program.stderr.join('\n')];
  const race = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Race) : ({} as Race);
  return { race, status, stdout, stderr };
}

const entryOf = ({ entries }: Race, racer: string, connections: number, scenario = 'ping'): Entry =>
  entries.find(
    (entry) => entry.racer === racer && entry.scenario === scenario && entry.load.asking.connections === connections,
  )!;
const callsOf = ({ calls }: Entry, name: string): number => calls!.perRequest[name] ?? 0;

test.serial('by number, at growing connections, in rounds; where one ends is told', async (t) => {
  const words = '9 01 09-epoll --connections 3,1 --rounds 2 --duration 100ms --scenario ping'.split(' ');
  const { race, status, stdout, stderr } = await run(t, ...words);
  t.is(status, 0, stderr);
  t.deepEqual([race.format, race.partial, race.rounds, race.duration], [1, undefined, 2, 100]);
  t.is(race.provenance.command.split(' --json')[0], `npx lab race ${words.join(' ')}`);
  t.is(race.provenance.machine.node, process.versions.node);
  t.deepEqual([race.racers, race.reference], [['09-epoll', '01-iterative'], '09-epoll']);
  t.deepEqual(
    race.entries.map(({ racer, load }) => [racer, load.asking.connections]),
    [
      ['09-epoll', 1],
      ['01-iterative', 1],
      ['09-epoll', 3],
      ['01-iterative', 3],
    ],
  );
  const one = entryOf(race, '01-iterative', 1);
  t.is(one.measurements.length, 2);
  const { median } = one;
  t.like(median, { processes: 1 });
  t.true(median!.rate > 0 && median!.p50 <= median!.p99 && median!.user + median!.system > 0);
  t.true(median!.pss <= median!.rss && median!.pss > 10e6);
  t.true(one.ratio! > 0 && entryOf(race, '09-epoll', 1).ratio === 1);
  t.is(one.calls!.by, 'trace');
  for (const name of ['read', 'write']) t.true(Math.abs(callsOf(one, name) - 1) < 0.2, name);
  t.true(callsOf(entryOf(race, '09-epoll', 1), 'epoll_wait') > 0.9);
  t.true(median!.voluntary > 0, 'with one client it sleeps');
  t.deepEqual(entryOf(race, '01-iterative', 3).end, {
    served: 1,
    said: 'the others wait in the backlog',
    failure: false,
  });
  t.regex(stdout, /^ping, 3 connections: PING, .*\n +requests\/s .*\n09-epoll .* 1\.00× /m);
  t.regex(stdout, /^01-iterative +ping +3 +1 +the others wait in the backlog$/m);
  t.regex(stderr, /^round 2 of 2: 09-epoll, ping, 3 connections$/m);
});

test.serial(
  'options of a chapter, and who accepted how much; node:net and C beside it, whose calls strace counts',
  async (t) => {
    const words = ['10 --workers 3', '--baseline', '--connections', '6', '--rounds', '1', '--duration', '100ms'];
    const { race, status, stdout, stderr } = await run(t, ...words, '--scenario', 'ping,burn');
    t.is(status, 0, stderr);
    t.is(race.reference, race.racers[0]);
    const workers = entryOf(race, '10-epoll-workers --workers 3', 6);
    t.deepEqual(
      [workers.options, workers.measurements[0]!.accepted],
      [
        ['--workers', '3'],
        [2, 2, 2],
      ],
    );
    t.regex(stdout, / 3 × 2$/m);
    const node = entryOf(race, 'node:net, ten lines', 6);
    t.is(node.ratio, 1);
    if (node.calls === undefined) t.log('NOT CHECKED: no strace, or it may not look');
    else t.deepEqual([node.calls.by, Math.abs(callsOf(node, 'write') - 1) < 0.2], ['strace', true]);
    const c = race.racers.filter((name) => name.startsWith('C, '));
    if (c.length === 0) t.regex(stderr, /^no C server beside the others: /m);
    else t.is(entryOf(race, c[0]!, 6).median!.threads, 1);
    t.deepEqual(
      race.entries.filter(({ scenario }) => scenario === 'burn').map(({ racer }) => racer),
      ['10-epoll-workers --workers 3'],
      'the others know PING only',
    );
    t.is(entryOf(race, '10-epoll-workers --workers 3', 6, 'burn').load.asking.command, '9 PING, 1 BURN 100000');
  },
);

test.serial('the other scenarios; who has ended once is not tried with as many, or more', async (t) => {
  const words = ['09-epoll', '1', '--connections', '20', '--rounds', '1', '--duration', '200ms'];
  const { race, status, stdout, stderr } = await run(t, ...words, '--scenario', 'wait,mixed,idle');
  t.is(status, 0, stderr);
  t.deepEqual(
    race.scenarios.map(({ name }) => name),
    ['mixed', 'idle', 'wait'],
  );
  t.deepEqual(
    race.entries.map(({ racer, scenario }) => `${racer} ${scenario}`),
    ['09-epoll mixed', '01-iterative mixed', '09-epoll idle', '09-epoll wait'],
  );
  const [mixed, , idle, wait] = race.entries as [Entry, Entry, Entry, Entry];
  t.deepEqual([mixed.load.asking.connections, mixed.load.beside!.connections], [18, 2]);
  t.true(callsOf(mixed, 'write') >= 0.9);
  t.deepEqual([idle.load.asking.connections, idle.load.beside!.connections], [20, 20]);
  t.true(wait.median!.p50 >= 10_000, 'nine in ten take 10 ms');
  t.regex(stdout, /^mixed, 18 connections, 2 slow readers beside them: /m);
  t.regex(stdout, /^idle, 20 connections, 20 idle beside them: /m);
});

test.serial('--quick is a glance', async (t) => {
  const { race, status, stderr } = await run(t, '12', '--quick', '--scenario', 'ping', '--connections', '2');
  t.is(status, 0, stderr);
  t.deepEqual([race.rounds, race.duration, race.entries.length], [1, 500, 1]);
  t.is(race.entries[0]!.calls?.by ?? 'strace', 'strace', 'Node waits there, which the trace does not see');
});

/** The servers that a race has started, and that have not ended: by what they run, as they are in groups of their own. */
function servers(race: Program): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
      const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      return Number(parent) === race.child.pid && words.includes('chapters/09-epoll') ? [Number(pid)] : [];
    } catch {
      return []; // it has just ended
    }
  });
}

const exists = (pid: number): boolean => existsSync(`/proc/${pid}`);

test.serial('Ctrl-C in the middle: what there was is shown and written as partial, and nobody is left', async (t) => {
  const path = file(t);
  const words = ['09', '--connections', '1', '--scenario', 'ping', '--rounds', '99', '--duration', '50ms'];
  const race = start(t, [...words, '--json', path]);
  await race.line(/^round 3 of 99: /);
  await until(() => servers(race).length === 1, 'a server runs');
  const [server] = servers(race) as [number];
  t.is(await race.stop('SIGINT'), 130);
  t.deepEqual([race.survivors, exists(server)], [[], false]);
  t.regex(race.stdout.join('\n'), /^PARTIAL RESULT: interrupted\n\nping, 1 connection: /);
  const written = JSON.parse(readFileSync(path, 'utf8')) as Race;
  t.is(written.partial, 'interrupted');
  t.true(written.entries[0]!.measurements.length >= 2);
  t.regex(race.stderr.at(-1)!, /race\.json is written, of a partial result$/);
});

test.serial('killed in the middle, without a chance to clean up: its server ends with it', async (t) => {
  const race = start(t, ['09', '--connections', '1', '--scenario', 'ping', '--rounds', '1', '--duration', '60s']);
  const running = (): number[] => servers(race).filter((pid) => commandLine(pid)[0] === process.execPath);
  await until(() => running().length === 1, 'a server runs');
  const [server] = running() as [number];
  t.is(await race.stop('SIGKILL'), 'SIGKILL');
  await until(() => [undefined, 'Z'].includes(usage(server)?.state), 'the server has ended, too');
});

test.serial('a server that dies is one line, the others go on, and the exit status is 1', async (t) => {
  const words = ['09', '--connections', '2', '--scenario', 'ping', '--rounds', '1', '--duration', '60s'];
  const race = start(t, words);
  await race.line(/^round 1 of 1: /);
  await until(() => servers(race).length === 1, 'a server runs');
  process.kill(servers(race)[0]!, 'SIGKILL');
  t.is(await race.ended, 1);
  t.is(race.stderr.filter((line) => line.startsWith('lab race:')).length, 1);
  t.regex(race.stderr.join('\n'), /^lab race: 09-epoll, ping, 2 connections: it (has ended|did not start)/m);
  t.regex(race.stdout.join('\n'), /^09-epoll +ping +2 +\d? +it (has ended|did not start)/m);
  t.deepEqual(race.survivors, []);
});

test.serial('a full disk costs the file and not the tables', async (t) => {
  const words = ['09', '--connections', '1', '--scenario', 'ping', '--rounds', '1', '--duration', '20ms'];
  const race = start(t, [...words, '--json', '/dev/full']);
  t.is(await race.ended, 1);
  t.is(race.stderr.at(-1), 'lab race: cannot write /dev/full: ENOSPC: no space left on device, write');
  t.regex(race.stdout.join('\n'), /^09-epoll .* 1\.00× /m);
});

const mistakes: [string[], number, RegExp][] = [
  [['99'], 2, /^lab race: no chapter with a server is called '99'; there are 01-iterative, 02-select, /],
  [['--scenario', 'ping,nope'], 2, /It takes some of ping, mixed, idle, wait, burn/],
  [['--connections', '10,0'], 2, /whole number from 1/],
  [['--duration', '0'], 2, /above 0/],
  [['--json', '--quick'], 2, /It takes a file; one whose name begins with - as \.\/-name/],
  [['--json', 'lab'], 1, /^lab race: cannot write lab: EISDIR: /],
  [
    ['--json', '/nowhere/race.json'],
    1,
    /^lab race: cannot write \/nowhere\/race\.json: ENOENT: no such file or directory$/,
  ],
];
for (const [words, status, line] of mistakes) {
  test.serial(`a mistake is one line: ${words.join(' ')}`, async (t) => {
    const race = start(t, words);
    t.is(await race.ended, status, race.stderr.join('\n'));
    t.deepEqual([race.stdout, race.stderr.length], [[], 1], race.stderr.join('\n'));
    t.regex(race.stderr[0]!, line);
  });
}

test('options for so many connections: pools are as large as they may be, threads as many as there are clients', (t) => {
  t.deepEqual(findRacer('05').options(1000), [['--children', '256']]);
  t.deepEqual(findRacer('3').options(70), [['--max-threads', '70']]);
  t.deepEqual(findRacer('02-select').options(1000), [[], ['--big-sets']]);
  t.deepEqual(findRacer('05 --children 2').options(1000), [['--children', '2']]);
  t.is(omission(findRacer('09'), 10_000), undefined);
  const many = roomInMemory() + 1000; // what is free changes
  const why = omission(findRacer('04'), many);
  if (many > 10_000) t.is(why, undefined, 'the server starts no more');
  else t.regex(why!, /^not tried: it would take about [\d.]+ GB of memory$/);
  t.is(omission(findRacer('04'), many / 2), undefined);
});

test('medians are taken one by one, and the ratio round by round', (t) => {
  const entry = (...costs: number[]): Entry => ({
    racer: 'x',
    options: [],
    scenario: 'ping',
    load: { asking: { connections: 1, command: 'PING' } },
    measurements: costs.map((user, i) => ({
      ...{ requests: i, seconds: 1, rate: -i, p50: 1, p99: 1, user, system: 0, voluntary: 0, involuntary: 0 },
      ...{ threads: 1, processes: 1, rss: 1, pss: 1, bytesPerConnection: 0 },
    })),
  });
  const { median, ratio } = complete(entry(4, 1, 9), entry(2, 1, 3));
  t.deepEqual([median!.user, median!.requests, median!.rate, ratio], [4, 1, -1, 2]);
  t.is(complete(entry(4), undefined).ratio, undefined);
});

test('a load in words', (t) => {
  const words = scenarios.flatMap(({ loads }) => loads([1, 10_000]).map(describeLoad));
  t.deepEqual(words, [
    '1 connection',
    '10,000 connections',
    '90 connections, 10 slow readers beside them',
    '100 connections, 10,000 idle beside them',
    '100 connections',
    '100 connections',
  ]);
});
