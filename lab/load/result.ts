/** What a load has shown: what all processes have measured, as one. */

import { COARSE, FINE, Histogram } from './histogram.ts';
import type { Timeline } from './meter.ts';
import type { Meeting, Report } from './settings.ts';

/** A piece of time. */
export interface Piece {
  /** Seconds since the beginning. */
  readonly from: number;
  readonly to: number;
  readonly roundTrips: Histogram;
}

/** What connecting came to. */
export interface Connecting {
  readonly connected: number;
  readonly answered: number;
  /** From the first connect to the last connection that stood. */
  readonly seconds: number;
}

/** A load, measured. */
export interface Result {
  readonly connections: number;
  readonly processes: number;
  readonly connecting: Connecting;
  /** Answers, those among them that came before time was over, and the bytes of all. */
  readonly requests: number;
  readonly inTime: number;
  readonly received: number;
  readonly seconds: number;
  /** Processor time that the processes have used, in seconds. */
  readonly processorTime: number;
  /** From when each request was due; requests without an answer count as what they have waited. */
  readonly roundTrips: Histogram;
  /** From when each was sent, where that is not the same. */
  readonly service: Histogram | undefined;
  readonly timeline: readonly Piece[];
  readonly errors: ReadonlyMap<string, number>;
  readonly differences: readonly string[];
  readonly unanswered: number;
  readonly unsent: number;
  readonly held: number;
  readonly served: number;
  /** Why it is not the whole. */
  readonly partial: string | undefined;
  /** For each connection: its number, from 1, and what Report has of it. Those of a process without a report are missing. */
  readonly rows: readonly (readonly number[])[] | undefined;
}

/** Puts meetings together. */
export function connecting(meetings: readonly Meeting[]): Connecting {
  const stood = meetings.filter(({ connected }) => connected > 0);
  return {
    connected: total(meetings.map(({ connected }) => connected)),
    answered: total(meetings.map(({ answered }) => answered)),
    seconds:
      stood.length === 0 ? 0 : (Math.max(...stood.map((m) => m.stood)) - Math.min(...stood.map((m) => m.began))) / 1e6,
  };
}

/**
 * Puts reports together.
 *
 * @param heard of each process its report, or why there is none
 * @param shares how many connections each process had
 */
export function merge(heard: readonly (Report | Error)[], shares: readonly number[]): Result {
  const reports = heard.flatMap((one) => (one instanceof Error ? [] : [one]));
  const errors = new Map<string, number>();
  for (const [what, count] of reports.flatMap((report) => Object.entries(report.errors))) {
    errors.set(what, (errors.get(what) ?? 0) + count);
  }
  const service = reports.flatMap((report) => (report.service === undefined ? [] : [report.service]));
  const sum = (of: (report: Report) => number): number => total(reports.map(of));
  const began = Math.min(...reports.map((report) => report.began));
  const missing = heard.flatMap((one) => (one instanceof Error ? [one.message] : []));
  const partial = [...missing, ...reports.flatMap((report) => report.partial ?? [])];
  return {
    connections: total(shares),
    processes: shares.length,
    connecting: connecting(reports.map(({ meeting }) => meeting)),
    requests: sum(({ requests }) => requests),
    inTime: sum(({ inTime }) => inTime),
    received: sum(({ received }) => received),
    seconds: reports.length === 0 ? 0 : (Math.max(...reports.map(({ ended }) => ended)) - began) / 1e6,
    processorTime: sum(({ processorTime }) => processorTime) / 1e6,
    roundTrips: reports.reduce((all, { roundTrips }) => all.unpack(roundTrips), new Histogram(FINE)),
    service: service.length === 0 ? undefined : service.reduce((all, one) => all.unpack(one), new Histogram(FINE)),
    timeline: mergeTimelines(reports.map(({ timeline }) => timeline)),
    errors,
    differences: reports.flatMap(({ differences }) => differences).slice(0, 3),
    unanswered: sum(({ unanswered }) => unanswered),
    unsent: sum(({ unsent }) => unsent),
    held: sum(({ held }) => held),
    served: sum(({ served }) => served),
    partial: [...new Set(partial)].join('; ') || undefined,
    rows: numbered(heard, shares),
  };
}

/** The rows of all reports, each with its connection's number. */
function numbered(heard: readonly (Report | Error)[], shares: readonly number[]): number[][] | undefined {
  let last = 0;
  let some = false;
  const rows = heard.flatMap((one, slot) => {
    const first = last + 1;
    last += shares[slot]!;
    if (one instanceof Error || one.rows === undefined) return [];
    some = true;
    return one.rows.map((row, i) => [first + i, ...row]);
  });
  return some ? rows : undefined;
}

/** Timelines began at the same time, and each piece is as long as a power of two of another's. */
function mergeTimelines(timelines: readonly Timeline[]): Piece[] {
  const width = Math.max(0, ...timelines.map((timeline) => timeline.width));
  const pieces: Histogram[] = [];
  for (const timeline of timelines) {
    for (const [i, piece] of timeline.pieces.entries()) {
      const at = Math.floor((i * timeline.width) / width);
      while (pieces.length <= at) pieces.push(new Histogram(COARSE));
      pieces[at]!.unpack(piece);
    }
  }
  const end = (i: number): number => (i * width) / 1e6;
  return pieces.map((roundTrips, i) => ({ from: end(i), to: end(i + 1), roundTrips }));
}

/** Whether all went well: everybody was connected, every request that was sent had its answer, and it was right. */
export function succeeded({ errors, partial, unanswered }: Result): boolean {
  return errors.size === 0 && partial === undefined && unanswered === 0;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
