/** What a load has shown, for a terminal. */

import { align } from '../table.ts';
import type { Histogram } from './histogram.ts';
import type { Result } from './result.ts';
import { bytes, count, many, time } from './units.ts';

/** The percentiles that are told. */
export const PERCENTILES = [50, 75, 90, 95, 99, 99.9, 99.99] as const;
/** How wide the longest bar is, in characters; and where there is no room for that, at least. */
const [WIDTH, NARROW] = [40, 8];
/** Where there would be more bars, each stands for twice as much. */
const MOST_BARS = 14;
const EIGHTHS = ' ▏▎▍▌▋▊▉█';

/** A report of several lines. @param columns how wide the terminal is, for table and bars; Infinity where there is none */
export function report(result: Result, columns: number): string {
  return [...partial(result), ...summary(result), ...roundTrips(result, columns)].join('\n');
}

function row(name: string, text: string): string {
  return `${name.padEnd(13)} ${text}`;
}

function connected({ connecting, connections }: Result): string {
  const { connected: stood, seconds } = connecting;
  const took = seconds === 0 ? '' : ` in ${time(seconds * 1e6)}, ${count(stood / seconds)}/s`; // one stands at once
  return row('connected', `${count(stood)} of ${count(connections)}${took}`);
}

/** A report of connections that were held. */
export function holding(result: Result): string {
  return [
    ...partial(result),
    connected(result),
    row('proved', `${count(result.served)} by a PING`),
    row('held', `${count(result.held)} for ${result.seconds.toFixed(2)} s`),
    row('errors', problems(result).join(', ') || 'none'),
    ...result.differences.map((difference) => row('', difference)),
  ].join('\n');
}

function partial({ partial: why }: Result): string[] {
  return why === undefined ? [] : [`PARTIAL RESULT: ${why}\n`];
}

function* summary(result: Result): Generator<string> {
  const { connecting, seconds, requests, inTime } = result;
  yield connected(result);
  if (result.served < connecting.connected) {
    yield row(
      'served',
      `${count(result.served)}; the other ${count(connecting.connected - result.served)} never had an answer`,
    );
  }
  const throughput = seconds === 0 ? '' : `: ${count(inTime / seconds)}/s, ${bytes(result.received / seconds)}/s`;
  yield row('requests', `${count(requests)} answered in ${seconds.toFixed(2)} s${throughput}`);
  yield row('client', client(result));
  if (result.unsent > 0) yield row('behind', behind(result));
  yield row('errors', problems(result).join(', ') || 'none');
  for (const difference of result.differences) yield row('', difference);
}

/** How busy the processes were: one that is always busy measures itself. */
function client({ processes, processorTime, seconds, inTime }: Result): string {
  const each = inTime === 0 ? '' : `, ${time((processorTime / inTime) * 1e6)} of processor time for each request`;
  const busy = Math.min(100, Math.round((100 * processorTime) / Math.max(seconds * processes, 1e-9)));
  return `${many(processes, 'process', 'processes')}, ${busy}% busy${each}`;
}

/** What the open loop could not send, because every connection was waiting for an answer. */
export function behind({ unsent }: Result): string {
  return `${many(unsent, 'request')} due and not sent when time was over; they count as what they have waited`;
}

/** What went wrong, and how often. */
export function problems({ errors, unanswered }: Result): string[] {
  const list = [...errors].map(([what, times]) => `${what} ${count(times)}×`);
  if (unanswered > 0) list.push(`${many(unanswered, 'request')} without an answer`);
  return list;
}

function* roundTrips({ roundTrips: trips, service }: Result, columns: number): Generator<string> {
  if (trips.count === 0) return;
  yield '';
  const names = ['min', 'mean', ...PERCENTILES.map((percent) => `p${percent}`), 'max'];
  const table = [
    ['round trips  ', ...names],
    ['', ...values(trips)],
  ];
  if (service !== undefined) {
    table[1]![0] = 'from when due';
    table.push(['from sending', ...values(service)]);
  }
  yield align(table, [0], columns);
  yield '';
  yield* bars(trips, columns);
}

function values(trips: Histogram): string[] {
  return [trips.least, trips.mean, ...PERCENTILES.map((percent) => trips.percentile(percent)), trips.most].map(time);
}

/** A class of round trips, in microseconds. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Round trips in classes: each power of two is `parts` of them, from the shortest round trip to the longest. */
export function bins(trips: Histogram, parts: number): Bin[] {
  if (trips.count === 0) return [];
  const first = Math.floor(Math.log2(Math.max(trips.least, 1)) * parts);
  const last = Math.floor(Math.log2(Math.max(trips.most, 1)) * parts);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const from = i === 0 ? 0 : 2 ** ((first + i) / parts);
    const to = i === last - first ? Number.POSITIVE_INFINITY : 2 ** ((first + i + 1) / parts);
    return { from: 2 ** ((first + i) / parts), to: 2 ** ((first + i + 1) / parts), count: trips.between(from, to) };
  });
}

/** Round trips as bars, a line for each class. @param columns as wide as the lines may be */
export function* bars(trips: Histogram, columns = Number.POSITIVE_INFINITY): Generator<string> {
  const narrow = bins(trips, 2);
  const classes = narrow.length > MOST_BARS ? bins(trips, 1) : narrow;
  const most = Math.max(...classes.map((bin) => bin.count));
  const names = classes.map(({ from, to }) => `${time(from)} – ${time(to)}`);
  const width = Math.max(...names.map((name) => name.length));
  const room = columns - width - '    100.00%  '.length - count(most).length;
  const longest = Math.max(NARROW, Math.min(WIDTH, room));
  for (const [i, bin] of classes.entries()) {
    const share = ((100 * bin.count) / trips.count).toFixed(2).padStart(6);
    yield `${names[i]!.padStart(width)}  ${bar(bin.count / most, longest).padEnd(longest)}  ${share}%  ${count(bin.count)}`.trimEnd();
  }
}

/** A bar in eighths of a character; whatever is not nothing is to be seen. @param share 0 … 1, of so many characters */
function bar(share: number, longest: number): string {
  const eighths = share === 0 ? 0 : Math.max(1, Math.round(share * longest * 8));
  return '█'.repeat(eighths >> 3) + (eighths % 8 === 0 ? '' : EIGHTHS[eighths % 8]);
}
