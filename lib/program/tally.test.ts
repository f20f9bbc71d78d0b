/** The table that a server prints when it ends, and how tests read it. */

import test from 'ava';
import fc from 'fast-check';
import type { Program } from '../testing/server.ts';
import { printedTally } from '../testing/tally.ts';
import { tally } from './tally.ts';

test('columns are as wide as their widest word, and the sums stand below those that have one', (t) => {
  const rows = [
    [1, 9645, 2n],
    [2, 123_456, 10_000_000_000n],
  ];
  t.is(
    tally(['child', 'pid', 'connections'], rows, 2),
    [
      'child     pid  connections',
      '    1    9645            2',
      '    2  123456  10000000000',
      'total          10000000002',
    ].join('\n'),
  );
});

test('sums are exact beyond 2^53, and 0 where there are no rows', (t) => {
  t.is(
    tally(
      ['who', 'n'],
      [
        [1, 2n ** 63n],
        [2, 1n],
      ],
      1,
    )
      .split('\n')
      .at(-1),
    'total  9223372036854775809',
  );
  t.is(tally(['who', 'n'], [], 1).split('\n').at(-1), 'total  0');
});

test('what is printed is what tests read, among other lines', (t) => {
  const numbers = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(numbers, (rows) => {
      const table = tally(['child', 'connections', 'busy-ms'], rows, 1);
      const stdout = ['00-test listening on 127.0.0.1:1 (pid 1)', ...table.split('\n')];
      const { rows: read, total } = printedTally({ stdout } as unknown as Program);
      t.deepEqual(
        read.map((row) => [row.child, row.connections, row['busy-ms']]),
        rows,
      );
      t.is(
        total.connections,
        rows.reduce((sum, row) => sum + row[1], 0),
      );
      t.is(
        total['busy-ms'],
        rows.reduce((sum, row) => sum + row[2], 0),
      );
    }),
  );
});
