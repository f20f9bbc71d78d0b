/** The plots of a load's page, as SVG: each once for a wide window and once for a narrow one. */

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Histogram } from './histogram.ts';
import { bins } from './report.ts';
import type { Result } from './result.ts';
import { short, time } from './units.ts';

/** A plot, with its words. */
export interface Figure {
  readonly title: string;
  readonly text: string;
  readonly wide: string;
  readonly narrow: string;
}

const WIDTHS = { wide: 1072, narrow: 358 };
const GRID = { stroke: 'var(--line)', strokeOpacity: 1 } as const;
const AXIS = { tickSize: 0, tickPadding: 8, label: null, fill: 'var(--soft)' } as const;
const SIDES = { marginTop: 16, marginRight: 48, marginBottom: 36, marginLeft: 72 };

/** All plots for which there is something to draw. */
export function plots(result: Result): Figure[] {
  const { roundTrips, timeline, rows } = result;
  if (roundTrips.count === 0) return [];
  const figures = [distribution(result), tail(result)];
  const pieces = timeline.filter(({ to }) => to <= result.seconds + 1e-6);
  if (pieces.length > 1) figures.push(throughput(pieces), overTime(pieces));
  const means = (rows ?? []).flatMap(([, , , , mean]) => mean ?? []);
  if (means.length > 1) figures.push(connections(means));
  return figures;
}

type Build = (width: number, ticks: number) => Plot.PlotOptions;

function figure(title: string, text: string, build: Build): Figure {
  const draw = (width: number, ticks: number): string => {
    const { document } = parseHTML('<!doctype html><html><body></body></html>');
    const svg = Plot.plot({ document, className: 'plot', width, height: 300, ...SIDES, ...build(width, ticks) });
    svg.querySelector('style')?.remove(); // the page has its own
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', `${title}. ${text}`);
    return svg.outerHTML;
  };
  return { title, text, wide: draw(WIDTHS.wide, 9), narrow: draw(WIDTHS.narrow, 4) };
}

/** Round marks on a logarithmic axis of microseconds: 1, 2 and 5 times powers of ten, not more than fit. */
function marks(from: number, to: number, most: number): number[] {
  const steps = [[1, 2, 5], [1, 3], [1]];
  for (const step of steps) {
    const list: number[] = [];
    for (let decade = 10 ** Math.floor(Math.log10(from)); decade <= to; decade *= 10) {
      for (const times of step) if (decade * times >= from && decade * times <= to) list.push(decade * times);
    }
    if (list.length <= most) return list;
  }
  return [];
}

const shortTime = (microseconds: number): string => short(time(microseconds));

function distribution({ roundTrips }: Result): Figure {
  const data = bins(roundTrips, 4);
  const [from, to] = [data[0]!.from, data.at(-1)!.to];
  return figure(
    'How long round trips took',
    'Each bar is a class of times; how many round trips were in it.',
    (_width, ticks) => ({
      x: { type: 'log', domain: [from, to] },
      marks: [
        Plot.gridY(GRID),
        Plot.axisX({ ...AXIS, ticks: marks(from, to, ticks), tickFormat: shortTime }),
        Plot.axisY({ ...AXIS, ticks: 4, tickFormat: compact }),
        Plot.rectY(data, { x1: 'from', x2: 'to', y: 'count', fill: 'var(--other)', insetLeft: 0.5, insetRight: 0.5 }),
        Plot.ruleY([0], { stroke: 'var(--soft)' }),
      ],
    }),
  );
}

/** Shares up to the last round trip: each step leaves a tenth of what was left. */
function tail({ roundTrips, service }: Result): Figure {
  const text = `So many round trips took at least so long.${service === undefined ? '' : ' From when each was due, and, dashed, from when it was sent: the difference is what a closed loop would not have seen.'}`;
  const curve = (trips: Histogram): { left: number; took: number }[] => {
    const steps = Math.max(1, Math.log10(trips.count)) * 10;
    return Array.from({ length: Math.floor(steps) + 1 }, (_, i) => {
      const left = 10 ** (-i / 10);
      return { left, took: Math.max(0.25, trips.percentile(100 * (1 - left))) };
    });
  };
  const own = curve(roundTrips);
  const other = service === undefined ? [] : curve(service);
  const all = [...own, ...other].map(({ took }) => took);
  const [from, to] = [Math.min(...all) / 1.2, Math.max(...all) * 1.2];
  const least = own.at(-1)!.left;
  const powers = Array.from({ length: Math.ceil(-Math.log10(least)) + 1 }, (_, i) => 10 ** -i);
  const share = (left: number): string => (left === 1 ? 'all' : `1 in ${compact(1 / left)}`);
  return figure('The slowest', text, (_width, ticks) => ({
    x: { type: 'log', domain: [1, Math.min(least, 0.1)] },
    y: { type: 'log', domain: [from, to] },
    marks: [
      Plot.gridY({ ...GRID, ticks: marks(from, to, 6) }),
      Plot.axisX({ ...AXIS, ticks: powers.filter((_, i) => powers.length <= ticks || i % 2 === 0), tickFormat: share }),
      Plot.axisY({ ...AXIS, ticks: marks(from, to, 6), tickFormat: shortTime }),
      Plot.line(other, { x: 'left', y: 'took', stroke: 'var(--own)', strokeWidth: 2, strokeDasharray: '5 4' }),
      Plot.line(own, { x: 'left', y: 'took', stroke: 'var(--other)', strokeWidth: 2.5 }),
    ],
  }));
}

function throughput(pieces: Result['timeline']): Figure {
  const data = pieces.map(({ from, to, roundTrips }) => ({ from, to, rate: roundTrips.count / (to - from) }));
  return figure('Answers a second', 'Over the seconds of the run.', (_width, ticks) => ({
    x: { domain: [0, data.at(-1)!.to] },
    y: { domain: [0, 1.05 * Math.max(...data.map(({ rate }) => rate))] },
    marks: [
      Plot.gridY({ ...GRID, ticks: 5 }),
      Plot.axisX({ ...AXIS, ticks, tickFormat: seconds }),
      Plot.axisY({ ...AXIS, ticks: 5, tickFormat: compact }),
      Plot.rectY(data, { x1: 'from', x2: 'to', y: 'rate', fill: 'var(--other)', insetRight: 0.5 }),
      Plot.ruleY([0], { stroke: 'var(--soft)' }),
    ],
  }));
}

function overTime(pieces: Result['timeline']): Figure {
  const filled = pieces.filter(({ roundTrips }) => roundTrips.count > 0);
  const lines = [
    { name: 'p50', stroke: 'var(--other)', dash: 'none', of: (trips: Histogram): number => trips.percentile(50) },
    { name: 'p99', stroke: 'var(--own)', dash: 'none', of: (trips: Histogram): number => trips.percentile(99) },
    { name: 'max', stroke: 'var(--soft)', dash: '3 3', of: (trips: Histogram): number => trips.most },
  ].map((line) => ({
    ...line,
    points: filled.map(({ from, to, roundTrips }) => ({
      at: (from + to) / 2,
      took: Math.max(0.25, line.of(roundTrips)),
    })),
  }));
  const all = lines.flatMap(({ points }) => points.map(({ took }) => took));
  const [from, to] = [Math.min(...all) / 1.2, Math.max(...all) * 1.2];
  const text = 'Over the seconds of the run: the median below, the 99th percentile above it, and dashed the longest.';
  return figure('Round trips over time', text, (_width, ticks) => ({
    x: { domain: [0, pieces.at(-1)!.to] },
    y: { type: 'log', domain: [from, to] },
    marks: [
      Plot.gridY({ ...GRID, ticks: marks(from, to, 6) }),
      Plot.axisX({ ...AXIS, ticks, tickFormat: seconds }),
      Plot.axisY({ ...AXIS, ticks: marks(from, to, 6), tickFormat: shortTime }),
      ...lines.map(({ points, stroke, dash }) =>
        Plot.line(points, { x: 'at', y: 'took', stroke, strokeWidth: 2, strokeDasharray: dash }),
      ),
    ],
  }));
}

function connections(means: readonly number[]): Figure {
  const sorted = [...means].sort((a, b) => a - b);
  const step = Math.max(1, Math.floor(sorted.length / 500));
  const points = sorted
    .map((mean, i) => ({ place: i + 1, mean }))
    .filter(({ place }) => place % step === 0 || place === sorted.length);
  const [from, to] = [sorted[0]! / 2, sorted.at(-1)! * 2];
  const text = 'The mean round trip of each, from the quickest to the slowest: a flat line is a fair server.';
  return figure('Connections', text, (_width, ticks) => ({
    x: { domain: [1, sorted.length] },
    y: { type: 'log', domain: [from, to] },
    marks: [
      Plot.gridY({ ...GRID, ticks: marks(from, to, 6) }),
      Plot.axisX({ ...AXIS, ticks, tickFormat: compact }),
      Plot.axisY({ ...AXIS, ticks: marks(from, to, 6), tickFormat: shortTime }),
      Plot.line(points, { x: 'place', y: 'mean', stroke: 'var(--other)', strokeWidth: 2.5 }),
    ],
  }));
}

const compact = (value: number): string =>
  value.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 }).replace('K', 'k');
const seconds = (value: number): string => `${value} s`;
