/** The histogram keeps what HdrHistogram keeps, in one piece or many, from one process or several. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { build } from 'hdr-histogram-js';
import { always } from '../../lib/testing/property.ts';
import { COARSE, FINE, Histogram, Histograms, ROUGH, Scale, TICKS, ticks } from './histogram.ts';

const LONGEST = 2 ** 32 - 1;
const time = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: LONGEST }));
const times = fc.array(time, { minLength: 1, maxLength: 200 });
const percent = fc.oneof(
  fc.constantFrom(50, 90, 99, 99.9, 99.99, 100),
  fc.double({ min: 0.01, max: 100, noNaN: true }),
);

function histogramOf(values: readonly number[], scale = FINE): Histogram {
  const histogram = new Histogram(scale);
  for (const value of values) histogram.record(value);
  return histogram;
}

test('percentiles are those of HdrHistogram with three digits, but for what exceeds the longest', (t) => {
  always(
    t,
    500,
    fc.property(times, percent, (values, share) => {
      const hdr = build({ highestTrackableValue: LONGEST, numberOfSignificantValueDigits: 3, bitBucketSize: 32 });
      for (const value of values) hdr.recordValue(value);
      const theirs = Math.min(hdr.getValueAtPercentile(share), Math.max(...values));
      assert.equal(histogramOf(values).percentile(share) * TICKS, theirs);
    }),
  );
});

for (const [name, scale, error] of [
  ['FINE', FINE, 0.001],
  ['COARSE', COARSE, 0.008],
  ['ROUGH', ROUGH, 0.032],
] as const) {
  test(`${name}: every value is in the place that holds it, and no place is too wide`, (t) => {
    always(
      t,
      1000,
      fc.property(time, (value) => {
        const place = scale.place(value);
        const [least, next] = [scale.least(place), scale.least(place + 1)];
        assert.ok(place < scale.length && least <= value && value < next, `${least} <= ${value} < ${next}`);
        assert.ok(next - 1 - least <= error * least);
      }),
    );
    t.is(scale.place(LONGEST), scale.length - 1);
  });
}

test('the least, the mean and the longest are exact', (t) => {
  always(
    t,
    200,
    fc.property(times, (values) => {
      const { least, most, mean, count } = histogramOf(values);
      const sum = values.reduce((all, value) => all + value, 0);
      const exact = { least: Math.min(...values) / TICKS, most: Math.max(...values) / TICKS, count: values.length };
      assert.deepEqual({ least, most, count }, exact);
      assert.ok(Math.abs(mean - sum / values.length / TICKS) <= 1e-9 * sum);
    }),
  );
});

test('added, or packed and unpacked, several histograms are as one', (t) => {
  always(
    t,
    200,
    fc.property(times, times, (these, those) => {
      const one = histogramOf([...these, ...those]).pack();
      const added = histogramOf(these);
      added.add(histogramOf(those));
      assert.deepEqual(added.pack(), one);
      const json = JSON.parse(JSON.stringify([these, those].map((values) => histogramOf(values).pack())));
      assert.deepEqual(new Histogram().unpack(json[0]).unpack(json[1]).pack(), one);
    }),
  );
  t.deepEqual(new Histogram().unpack(new Histogram().pack()).pack(), new Histogram().pack());
});

test('classes share out what was recorded, and lose nothing', (t) => {
  always(
    t,
    200,
    fc.property(times, fc.integer({ min: 1, max: LONGEST - 1 }), (values, ticksAt) => {
      const histogram = histogramOf(values);
      const at = FINE.least(FINE.place(ticksAt)) / TICKS;
      assert.equal(histogram.between(0, at), values.filter((value) => value / TICKS < at).length);
      assert.equal(histogram.between(0, at) + histogram.between(at, Number.POSITIVE_INFINITY), values.length);
    }),
  );
});

test('many histograms in one array do not touch each other', (t) => {
  always(
    t,
    100,
    fc.property(fc.array(times, { minLength: 1, maxLength: 5 }), (lists) => {
      const all = new Histograms(lists.length + 1);
      const longest = Math.max(...lists.map(({ length }) => length));
      for (let i = 0; i < longest; i++) {
        for (const [which, list] of lists.entries()) if (i < list.length) all.record(which, list[i]!);
      }
      for (const [which, list] of lists.entries()) {
        const rough = histogramOf(list, ROUGH);
        const { least, mean, most } = rough;
        assert.deepEqual(all.summary(which), [least, mean, rough.percentile(50), rough.percentile(99), most]);
      }
      assert.deepEqual(all.summary(lists.length), []);
    }),
  );
});

test('what takes longer than 17 minutes counts as that, and nothing is less than nothing', (t) => {
  t.is(ticks(Number.MAX_SAFE_INTEGER), LONGEST);
  t.is(ticks(-1), 0);
  t.is(new Scale(11).length, 23_552);
});
