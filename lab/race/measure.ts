/** What a server does under a load, and what that costs it, measured from outside. */

import { printedTally } from '../../lib/testing/tally.ts';
import { memory, observe } from '../bench/observe.ts';
import { Bout, type Length, type Load, type Subject } from './bout.ts';

// #region shape
/** One measurement. Times are in microseconds, sizes in bytes. */
export interface Measurement {
  /** Answers to those who ask, and how long they asked, in seconds. */
  readonly requests: number;
  readonly seconds: number;
  /** Answers a second. */
  readonly rate: number;
  /** From a request to its answer: the median, and what one in a hundred exceeds. */
  readonly p50: number;
  readonly p99: number;
  /** Processor time of the server for each request, all its processes and threads together: in its code, in the kernel. */
  readonly user: number;
  readonly system: number;
  /** For each request, how often its threads went to sleep, and how often they were made to give up the processor. */
  readonly voluntary: number;
  readonly involuntary: number;
  readonly threads: number;
  readonly processes: number;
  /** Resident memory of all its processes; pages that they share count for each (RSS), or once (PSS). */
  readonly rss: number;
  readonly pss: number;
  /** How much RSS grew for each connection while the crowd came that came last. */
  readonly bytesPerConnection: number;
  /** How many connections each of its workers got, the most first; where it counts them, in the table that it prints. */
  readonly accepted?: readonly number[];
}
// #endregion shape

/** Measures. @throws Unborne when the server does not bear the load @throws Interrupted */
export function measure(subject: Subject, load: Load, length: Length): Promise<Measurement> {
  return Bout.during(subject, load, length, async (bout) => {
    const { pid } = bout.server;
    const first = observe(pid);
    const { requests, inTime, seconds, roundTrips } = await bout.part(length.measured);
    const last = observe(pid);
    const [rss, pss] = [memory(pid, 'Rss'), memory(pid, 'Pss')];
    const accepted = await acceptedBy(bout);
    const microseconds = (last.microseconds - first.microseconds) / requests;
    const ticks = { user: last.user - first.user, system: last.system - first.system };
    const user = (microseconds * ticks.user) / Math.max(1, ticks.user + ticks.system);
    return {
      requests,
      seconds,
      rate: inTime / seconds,
      p50: roundTrips.percentile(50),
      p99: roundTrips.percentile(99),
      user,
      system: microseconds - user,
      voluntary: (last.sleeps - first.sleeps) / requests,
      involuntary: (last.preemptions - first.preemptions) / requests,
      threads: last.threads,
      processes: last.processes,
      rss,
      pss,
      bytesPerConnection: bout.bytesPerConnection,
      ...(accepted === undefined ? {} : { accepted }),
    };
  });
}

/** Has the server end, and reads its table; nothing where it prints none. */
async function acceptedBy(bout: Bout): Promise<number[] | undefined> {
  const { server } = bout;
  try {
    await bout.stop();
  } catch {
    return undefined; // it is taken down all the same
  }
  if (server.stdout.length < 2) return undefined;
  return printedTally(server)
    .rows.flatMap(({ connections }) => connections ?? [])
    .sort((a, b) => b - a);
}
