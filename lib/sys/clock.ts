/** The clock: clock_gettime(2), read without leaving anything to the garbage collector. */

import { layout } from './layout.ts';
import { libc } from './libc.ts';
import { Memory } from './memory.ts';

const libcClockGettime = libc('clock_gettime', 'int', ['int', 'pointer']);
const CLOCK_MONOTONIC = 1;

const time = Memory.allocate(layout.timespec.size);
const words = new Int32Array(time.bytes.buffer);
const [SECONDS, NANOSECONDS] = [layout.timespec.tv_sec! >> 2, layout.timespec.tv_nsec! >> 2];

/**
 * Reads the time since some point in the past, in microseconds, with fractions: CLOCK_MONOTONIC, which all processes of
 * a machine share and nobody sets. It is written where it is wanted, since V8 makes an object of a fraction that a
 * function returns; performance.now() is the same clock, and does. Not among the calls of a trace: the kernel is not
 * asked, its page is read (vdso(7)).
 *
 * @param times it becomes their number `at`
 */
export function readClock(times: Float64Array, at: number): void {
  libcClockGettime(CLOCK_MONOTONIC, time.address);
  times[at] = words[SECONDS]! * 1e6 + words[NANOSECONDS]! / 1e3;
}
