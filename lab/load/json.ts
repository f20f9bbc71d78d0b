/** All that a load has measured, for programs. */

import { cpus, release, totalmem } from 'node:os';
import type { Histogram } from './histogram.ts';
import type { Options } from './options.ts';
import { PERCENTILES } from './report.ts';
import type { Result } from './result.ts';
import type { Load } from './run.ts';

/** JSON; times in microseconds unless their names say otherwise. */
export function json({ target, rate, findMax, warmUp, cpus: bound }: Options, load: Load, result: Result): string {
  const { roundTrips, service, timeline, errors, rows, connecting, ...rest } = result;
  const document = {
    load: {
      targets: target.map(({ text }) => text),
      mode: load.mode,
      requests: load.requests.map(({ text, weight }) => ({ text, weight })),
      http: load.http,
      pipeline: load.pipeline,
      thinkMicroseconds: load.think,
      rampMicroseconds: load.ramp,
      warmUpMicroseconds: 1000 * warmUp,
      readBytesPerSecond: load.readRate,
      rate,
      findMax: findMax?.text,
      cpus: bound,
    },
    ...rest,
    requestsPerSecond: rest.seconds === 0 ? 0 : rest.inTime / rest.seconds,
    connecting: {
      ...connecting,
      perSecond: connecting.seconds === 0 ? 0 : connecting.connected / connecting.seconds,
    },
    errors: Object.fromEntries(errors),
    roundTrips: trips(roundTrips),
    service: service === undefined ? undefined : trips(service),
    timeline: timeline.map(({ from, to, roundTrips: piece }) => ({
      fromSeconds: from,
      toSeconds: to,
      ...short(piece),
    })),
    perConnection: rows?.map(([connection, requests, failures, min, mean, p50, p99, max]) => {
      return { connection, requests, errors: failures, min, mean, p50, p99, max };
    }),
    machine: {
      processors: cpus().length,
      model: cpus()[0]?.model,
      memory: totalmem(),
      linux: release(),
      node: process.versions.node,
    },
  };
  return `${JSON.stringify(document)}\n`;
}

/** The percentiles, and the counts themselves: how many round trips were from here up to the next. */
function trips(histogram: Histogram): object {
  const counts: [number, number][] = [];
  for (const [place, count] of histogram.counts.entries()) {
    if (count > 0) counts.push([histogram.from(place), count]);
  }
  return { ...short(histogram), counts };
}

function short(histogram: Histogram): Record<string, number> {
  const { count, least: min, most: max, mean } = histogram;
  const percentiles = PERCENTILES.map((percent) => [`p${percent}`, histogram.percentile(percent)]);
  return { count, min, mean, ...Object.fromEntries(percentiles), max };
}
