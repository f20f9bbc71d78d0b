/** The search for the highest rate: against servers whose limit is known. */

import test from 'ava';
import { describe, parseCondition, search } from './find-max.ts';
import { FINE, Histogram } from './histogram.ts';
import type { Result } from './result.ts';

/** A result in which everything took so long, in microseconds. */
function result(took: number, more: Partial<Result> = {}): Result {
  const roundTrips = new Histogram(FINE);
  roundTrips.record(took * 4);
  return { roundTrips, errors: new Map(), unanswered: 0, unsent: 0, partial: undefined, ...more } as unknown as Result;
}

for (const limit of [3, 700, 1000, 12_345, 900_000]) {
  test(`finds ${limit} requests a second, to a twentieth, in few tries`, async (t) => {
    const condition = parseCondition('p99<10ms')!;
    const attempt = async (rate: number): Promise<Result> => result(rate <= limit ? 5000 : 20_000);
    const { trials } = await search(
      condition,
      attempt,
      () => {},
      () => false,
    );
    const best = Math.max(...trials.filter(({ kept }) => kept).map(({ rate }) => rate));
    t.true(best <= limit && best >= limit / 1.06, `${best}`);
    t.true(trials.length <= 20);
    t.regex(describe(trials[0]!, condition), /^ +1,000\/s {2}p99 .* (kept|broken)$/);
  });
}

test('ends where nothing keeps it, and when it is told to', async (t) => {
  const condition = parseCondition('mean<1us')!;
  const { trials: never } = await search(
    condition,
    async () => result(100),
    () => {},
    () => false,
  );
  t.true(never.every(({ kept }) => !kept));
  t.is(
    (
      await search(
        condition,
        async () => result(100),
        () => {},
        () => true,
      )
    ).trials.length,
    0,
  );
});

test('ends where connections are lost or a process is missing, and says so', async (t) => {
  const condition = parseCondition('p99<10ms')!;
  const cases: [Partial<Result>, string, number][] = [
    [{ errors: new Map([['read ECONNRESET', 3]]) }, 'at 4,000/s read ECONNRESET 3×', 3],
    [{ partial: 'process 1 has ended (SIGKILL)' }, 'process 1 has ended (SIGKILL)', 2],
  ];
  for (const [wrong, why, tried] of cases) {
    const { trials, partial } = await search(
      condition,
      async (rate) => result(10, rate < 4000 ? {} : wrong),
      () => {},
      () => false,
    );
    t.deepEqual([partial, trials.length, trials.filter(({ kept }) => kept).length], [why, tried, 2]);
  }
});

test('conditions are a percentile, the mean or the longest, and a bound with a unit', (t) => {
  t.like(parseCondition('p99 < 10ms'), { of: 99, bound: 10_000 });
  t.like(parseCondition('p99.99<1.5s'), { of: 99.99, bound: 1_500_000 });
  t.like(parseCondition('max<250us'), { of: 100, bound: 250 });
  t.like(parseCondition('mean<1ms'), { of: 'mean', bound: 1000 });
  for (const text of ['', 'p99', 'p99<', 'p99<10', 'p99>10ms', 'p999<1ms', 'min<1ms', 'p99<0ms', 'p99<x ms']) {
    t.is(parseCondition(text), undefined, text);
  }
});
