/** The report fits the terminal. */

import test from 'ava';
import { FINE, Histogram } from './histogram.ts';
import { report } from './report.ts';
import type { Result } from './result.ts';

/** A load whose round trips took from microseconds to seconds. */
function result(): Result {
  const trips = (): Histogram => {
    const all = new Histogram(FINE);
    for (let ticks = 400; ticks < 4e7; ticks *= 1.1) all.record(Math.floor(ticks));
    return all;
  };
  const counts = { connections: 100_000, processes: 6, requests: 9_999_999, inTime: 9_999_999, received: 5e7 };
  return {
    ...counts,
    ...{ seconds: 10, processorTime: 5, unanswered: 0, unsent: 0, held: 0, served: 100_000 },
    connecting: { connected: 100_000, answered: 100_000, seconds: 10 },
    roundTrips: trips(),
    service: trips(),
    timeline: [],
    errors: new Map(),
    differences: [],
    partial: undefined,
    rows: undefined,
  };
}

test('in 80 columns the table of round trips is cut, and nothing of it is lost', (t) => {
  const [wide, narrow] = [Number.POSITIVE_INFINITY, 80].map((columns) => report(result(), columns));
  t.deepEqual(
    narrow!.split('\n').filter((line) => line.length > 80),
    [],
  );
  t.true(wide!.split('\n').some((line) => line.length > 80));
  const words = (text: string, row: RegExp): string[] =>
    text.split('\n').flatMap((line) => (row.test(line) ? line.replace(row, '').trim().split(/ {2,}/) : []));
  for (const row of [/^round trips/, /^from when due/, /^from sending/]) {
    t.deepEqual(words(narrow!, row), words(wide!, row));
    t.is(words(narrow!, row).length, 10);
  }
});

test('bars become shorter where there is no room for long ones, and nothing else does', (t) => {
  const bars = (columns: number): string[] =>
    report(result(), columns)
      .split('\n')
      .filter((line) => line.includes('█'));
  const [wide, narrow] = [bars(Number.POSITIVE_INFINITY), bars(50)];
  t.is(narrow.length, wide.length);
  t.true(wide.some((line) => line.includes('█'.repeat(40))));
  t.true(narrow.every((line) => line.length <= 50));
  const shares = (lines: readonly string[]): string[] => lines.map((line) => /[\d.]+% .*$/.exec(line)![0]);
  t.deepEqual(shares(narrow), shares(wide));
});
