/** `lab cases` against real chapters: what is expected is seen, and what is not is said. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Program, type StartOptions, startProgram } from '../../lib/testing/server.ts';
import { Histogram } from '../load/histogram.ts';
import { KINDS, matrix } from './matrix.ts';
import { type Cases, tried } from './results.ts';
import type { Outcome } from './run.ts';

function start(t: ExecutionContext, args: readonly string[], options: StartOptions = {}): Program {
  t.timeout(100_000);
  return startProgram(t, 'lab/lab.mjs', { ...options, args: ['cases', ...args] });
}

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lab-cases-test-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const written = (out: string): Cases => JSON.parse(readFileSync(join(out, 'cases.json'), 'utf8'));

test.serial('select: beyond 1,024 descriptors clients are refused, and with --big-sets they are not', async (t) => {
  const out = folder(t);
  const program = start(t, ['select', '--duration', '100ms', '--out', out]);
  t.is(await program.ended, 0, [...program.stdout, ...program.stderr].join('\n'));
  t.deepEqual(program.survivors, []);
  const { cases, partial, duration, provenance } = written(out);
  t.deepEqual(
    [partial, duration, provenance.command],
    [undefined, 100, `npx lab cases select --duration 100ms --out ${out}`],
  );
  t.deepEqual(
    cases.map(({ name, passed }) => [name, passed]),
    [
      ['select-1', true],
      ['select-1000', true],
      ['select-2000', true],
      ['select-2000-big-sets', true],
    ],
  );
  const [, , most, big] = cases;
  t.is(most!.seen!.served + most!.seen!.refused, 2000);
  t.true(most!.seen!.served < 1024 && most!.seen!.served > 900);
  t.regex(most!.said!, /connection refused/);
  t.deepEqual(big!.seen, { served: 2000, refused: 0, waiting: 0 });
  const rows = readFileSync(join(out, 'select-2000.csv'), 'utf8').trim().split('\n').slice(1);
  t.is(rows.length, 2000);
  t.is(rows.filter((row) => Number(row.split(',')[1]) > 0).length, most!.seen!.served);
  const text = program.stdout.join('\n');
  t.regex(
    text,
    /^select, 2,000 clients\n {2}expected +([\d,]+) served, ([\d,]+) refused\n {2}seen +\1 served, \2 refused\n/m,
  );
  t.regex(text, /^ +[\d.]+ .s – .*█/m);
  t.regex(
    readFileSync(join(out, 'cases.md'), 'utf8'),
    /^\| select --big-sets, 2,000 clients \| 2,000 \| 2,000 served \| 2,000 served \| yes \|/m,
  );
  const page = readFileSync(join(out, 'cases.html'), 'utf8');
  t.regex(page, /4 of 4 passed/);
  t.is(page.match(/<svg /g)?.length, 2, 'for two widths');
  t.notRegex(page, /(src|href)="(?!data:)|<script|url\(|@import/, 'it needs nothing that is not in it');
});

test.serial(
  'threads and epoll with one client; as many threads as there is room for, and who waits for one',
  async (t) => {
    const out = folder(t);
    // Few descriptors are room for few threads.
    const program = start(t, ['threads', 'epoll', '--up-to', '1000', '--duration', '100ms', '--out', out], {
      descriptors: 200,
    });
    t.is(await program.ended, 0, [...program.stdout, ...program.stderr].join('\n'));
    const { cases } = written(out);
    t.deepEqual(
      cases.map(({ name, passed }) => [name, passed]),
      [
        ['threads-1', true],
        ['threads-most', true],
        ['epoll-1', true],
      ],
    );
    const { clients, seen, said } = cases[1]!;
    t.is(seen!.waiting, 10);
    t.deepEqual(seen, { served: clients! - 10, refused: 0, waiting: 10 });
    t.regex(said!, new RegExp(`: ${clients! - 10} threads at a time, not`));
    t.deepEqual(readdirSync(out).sort(), [
      'cases.html',
      'cases.json',
      'cases.md',
      'epoll-1.csv',
      'threads-1.csv',
      'threads-most.csv',
    ]);
  },
);

test.serial(
  'more clients than one server has descriptors for have several; and what cannot be is said, and fails',
  async (t) => {
    const out = folder(t);
    const program = start(t, ['epoll', '--up-to', '10000', '--duration', '10ms', '--out', out], { descriptors: 100 });
    t.is(await program.ended, 1);
    const { cases } = written(out);
    t.deepEqual([cases[0]!.passed, cases[1]!.passed], [true, false]);
    t.is(
      cases[1]!.notRun,
      '10,000 clients are too many for 64 servers: a process may have 100 descriptors (ulimit -Hn)',
    );
    t.regex(program.stdout.join('\n'), /^epoll, 10,000 clients +10,000 clients are too many .* no$/m);
  },
);

test.serial('Ctrl-C in the middle: the cases until then are shown and written as partial', async (t) => {
  const out = folder(t);
  const program = start(t, ['select', '--up-to', '1', '--duration', '60s', '--out', out]);
  await program.line(/^select, 1 client$/);
  t.is(await program.stop('SIGINT'), 130);
  t.deepEqual(program.survivors, []);
  t.regex(program.stdout.join('\n'), /^PARTIAL RESULT: interrupted$/m);
  t.deepEqual([written(out).partial, written(out).cases], ['interrupted', []]);
});

const mistakes: [string[], number, RegExp][] = [
  [['kqueue'], 2, /Allowed choices are select, threads, epoll/],
  [['--up-to', '0'], 2, /whole number from 1/],
  [['--duration', 'x'], 2, /span of time/],
  [['--out', 'README.md'], 1, /^lab cases: cannot write \S+\/README\.md\/cases\.json: ENOTDIR: not a directory$/],
  [['--out', '/proc/nowhere'], 1, /^lab cases: ENOENT: .*'\/proc\/nowhere'$/],
];
for (const [words, status, line] of mistakes) {
  test.serial(`a mistake is one line: ${words.join(' ')}`, async (t) => {
    const program = start(t, words);
    t.is(await program.ended, status, program.stderr.join('\n'));
    t.deepEqual([program.stdout, program.stderr.length], [[], 1], program.stderr.join('\n'));
    t.regex(program.stderr[0]!, line);
  });
}

test('the matrix is the published one', (t) => {
  t.deepEqual(
    matrix().map(({ name }) => name),
    [
      ...['select-1', 'select-1000', 'select-2000', 'select-2000-big-sets', 'threads-1', 'threads-most'],
      ...['epoll-1', 'epoll-10000', 'epoll-40000', 'epoll-45000', 'epoll-100000'],
    ],
  );
  t.deepEqual([...new Set(matrix().map(({ kind }) => kind))], KINDS);
});

test('a case passes when what was seen is what was expected, it was said, and others are served afterwards', (t) => {
  const one = matrix().find(({ name }) => name === 'select-2000')!;
  const fates = { served: 999, refused: 1001, waiting: 0 };
  const result = { connecting: { seconds: 1 }, inTime: 1, seconds: 1, roundTrips: new Histogram() };
  const good = {
    clients: 2000,
    servers: 1,
    expected: fates,
    seen: fates,
    alive: true,
    said: ['connection refused'],
    result,
  };
  const passes = (more: object): boolean => tried(one, { ...good, ...more } as unknown as Outcome).passed;
  t.true(passes({}));
  t.false(passes({ seen: { ...fates, served: 998, waiting: 1 } }));
  t.false(passes({ seen: { served: 999, refused: 1000, waiting: 1 } }));
  t.false(passes({ alive: false }));
  t.false(passes({ said: [] }));
  const all = { served: 2000, refused: 0, waiting: 0 };
  t.false(passes({ expected: all, seen: all }), 'it says that it refused somebody, and has not');
});
