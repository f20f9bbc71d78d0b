/** The clock is that of performance.now() and of every process, in microseconds. */

import { spawnSync } from 'node:child_process';
import test from 'ava';
import { readClock } from './clock.ts';

test('it goes on, lies between two readings of the same clock, and writes nowhere else', (t) => {
  const times = new Float64Array(3);
  for (let i = 0; i < 1000; i++) {
    const before = Number(process.hrtime.bigint());
    readClock(times, 1);
    const after = Number(process.hrtime.bigint());
    t.true(before <= times[1]! * 1e3 + 1 && times[1]! * 1e3 - 1 <= after, `${before} ${times[1]} ${after}`);
  }
  t.deepEqual([times[0], times[2]], [0, 0]);
});

test('another process has the same time', (t) => {
  const times = new Float64Array(2);
  readClock(times, 0);
  const { stdout } = spawnSync(process.execPath, ['-p', 'Number(process.hrtime.bigint()) / 1e3'], { encoding: 'utf8' });
  readClock(times, 1);
  t.true(times[0]! < Number(stdout) && Number(stdout) < times[1]!);
});
