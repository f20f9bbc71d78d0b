/** A row for each connection. */

import type { Result } from './result.ts';

const HEAD = ['connection', 'requests', 'errors', 'min_us', 'mean_us', 'p50_us', 'p99_us', 'max_us'];

/** The rows of all connections, times in microseconds; without an answer they have none. */
export function csv({ rows = [] }: Result): string {
  const lines = rows.map(([connection, requests, errors, ...times]) => {
    const cells = Array.from({ length: 5 }, (_, i) => times[i]?.toFixed(2) ?? '');
    return [connection, requests, errors, ...cells];
  });
  return [HEAD, ...lines].map((cells) => `${cells.join(',')}\n`).join('');
}
