/** All that a load has measured, for programs. */

import type { Histogram } from './histogram.ts';
import type { Options } from './options.ts';
import { PERCENTILES } from './report.ts';
import type { Result } from './result.ts';
import type { Load } from './run.ts';

/** JSON, times in microseconds unless their names say otherwise. */
export function json(_options: Options, _load: Load, result: Result): string {
  return JSON.stringify(result.connections);
}

export function times(trips: Histogram): Record<string, number> {
  return Object.fromEntries(PERCENTILES.map((percent) => [`p${percent}`, trips.percentile(percent)]));
}
