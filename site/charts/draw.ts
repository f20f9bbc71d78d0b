/** Draws the figures of a race with Observable Plot, in the colours of the page. */
/// <reference lib="dom" />
import * as Plot from '@observablehq/plot';
import { bytes, short, time } from '../../lab/load/numbers.ts';
import type { Curve, Figure, Role, Share, Worker } from './figures.ts';

type Drawing = ReturnType<typeof Plot.plot>;

const INK = 'var(--vp-c-text-1)';
const SOFT = 'var(--vp-c-text-2)';
const LINE = 'var(--vp-c-divider)';
const OWN = 'var(--tts-accent)';
const OTHERS = 'var(--tts-line)';
/** The roles of calls have the colours that they have in the replay. */
export const ROLE_COLOURS: Readonly<Record<Role, string>> = {
  waits: 'var(--tts-worker)',
  reads: 'var(--tts-reading)',
  writes: 'var(--tts-writing)',
  other: 'var(--vp-c-text-3)',
};

/** Of a small drawing; a row needs room for a line of text. In pixels. */
const HEIGHT = 160;
const ROW = 26;
/** A letter's width, for names beside rows. */
const LETTER = 7.4;
/** What the words under an axis need: `100 MB`, and a blank on each side. */
const TICK = 60;
const STYLE = { background: 'none', fontFamily: 'inherit', fontSize: '13px', color: SOFT, overflow: 'visible' };
/** Of all axes: their words, without lines. */
const AXIS = { tickSize: 0, label: null, fill: SOFT, stroke: 'none' };

/** Its words are in the table beside it: whoever cannot see it misses nothing. */
function hidden(drawing: Drawing): Drawing {
  drawing.setAttribute('aria-hidden', 'true');
  return drawing;
}

/** A power of ten of microseconds, without decimals: 10 µs, 1 ms. */
const decade = (microseconds: number): string => short(time(microseconds));
const decimals = (value: number): string => (value >= 1000 ? `${value / 1000}k` : `${value}`);

/** What all small drawings have in common, so that they can be compared. */
function bounds(all: readonly Curve[]): { x: [number, number]; y: [number, number]; ticks: number[] } {
  const points = all.flatMap(({ points }) => points);
  const x = points.map(({ connections }) => connections);
  const low = Math.floor(Math.log10(Math.max(1e-3, Math.min(...points.map((point) => point.low)))));
  const high = Math.ceil(Math.log10(Math.max(...points.map((point) => point.high))));
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return { x: [Math.min(...x), Math.max(2, ...x)], y: [10 ** low, 10 ** high], ticks };
}

/**
 * One racer's curve, with all others behind it.
 *
 * @param all the curves; their values are times in microseconds
 * @param width in pixels
 */
export function drawCurve(all: readonly Curve[], racer: string, width: number): Drawing {
  const { x, y, ticks } = bounds(all);
  const flat = (curves: readonly Curve[]) =>
    curves.flatMap((curve) => curve.points.map((point) => ({ ...point, racer: curve.racer })));
  const own = flat(all.filter((curve) => curve.racer === racer));
  const sizes = [...new Set(flat(all).map(({ connections }) => connections))];
  return hidden(
    Plot.plot({
      width,
      height: HEIGHT,
      marginLeft: 56,
      marginRight: 16,
      marginTop: 10,
      marginBottom: 26,
      style: STYLE,
      x: { type: 'log', domain: x },
      y: { type: 'log', domain: y },
      marks: [
        Plot.gridY({ ticks, stroke: LINE, strokeOpacity: 1 }),
        Plot.axisX({ ...AXIS, ticks: sizes, tickFormat: decimals }),
        Plot.axisY({ ...AXIS, ticks, tickFormat: decade }),
        Plot.line(flat(all), { x: 'connections', y: 'low', z: 'racer', stroke: OTHERS, strokeWidth: 1 }),
        Plot.areaY(own, { x: 'connections', y1: 'low', y2: 'high', fill: OWN, fillOpacity: 0.2 }),
        Plot.line(own, { x: 'connections', y: 'low', stroke: OWN, strokeWidth: 2.5 }),
        Plot.dot(own, { x: 'connections', y: 'low', fill: OWN, r: 3.5 }),
      ],
    }),
  );
}

/** Room for names in front of rows. */
const margin = (names: readonly string[]): number => 12 + LETTER * Math.max(...names.map((name) => name.length));
const unique = (names: readonly string[]): string[] => [...new Set(names)];

/** Dots over a logarithmic axis of bytes, each with its value. */
export function drawMemory(figures: readonly Figure[], width: number): Drawing {
  const names = unique(figures.map(({ racer }) => racer));
  const least = 10 ** Math.floor(Math.log10(Math.max(1, Math.min(...figures.map(({ value }) => Math.max(1, value))))));
  const most = 10 ** Math.ceil(Math.log10(Math.max(10, ...figures.map(({ value }) => value))));
  const decades = Math.log10(most / least);
  const every = Math.ceil((decades * TICK) / (width - margin(names) - 64));
  const ticks = Array.from({ length: Math.floor(decades / every) + 1 }, (_, i) => least * 10 ** (i * every));
  const shown = figures.map((figure) => ({
    ...figure,
    value: Math.max(least, figure.value),
    text: bytes(figure.value),
  }));
  return hidden(
    Plot.plot({
      width,
      height: 40 + ROW * names.length,
      marginLeft: margin(names),
      marginRight: 64,
      style: STYLE,
      x: { type: 'log', domain: [least, most] },
      y: { domain: names },
      marks: [
        Plot.axisX({ ...AXIS, ticks, tickFormat: bytes }),
        Plot.gridX({ ticks, stroke: LINE, strokeOpacity: 1 }),
        Plot.axisY({ ...AXIS, fill: INK }),
        Plot.ruleY(shown, { y: 'racer', x1: least, x2: 'value', stroke: OTHERS, strokeWidth: 2 }),
        Plot.dot(shown, { y: 'racer', x: 'value', r: 5, fill: OWN }),
        Plot.text(shown, { y: 'racer', x: 'value', text: 'text', dx: 12, textAnchor: 'start', fill: INK }),
      ],
    }),
  );
}

/** A segment has room for its call's name, in letters. */
const room = (share: Share, most: number, width: number): boolean =>
  (share.count / most) * width > LETTER * share.call.length + 8;

/** A bar for each racer, a part for each call. */
export function drawCalls(shares: readonly Share[], width: number): Drawing {
  const names = unique(shares.map(({ racer }) => racer));
  const most = Math.max(...shares.map(({ before, count }) => before + count));
  const marginLeft = margin(names);
  const ends = names.map((racer) => {
    const last = shares.findLast((share) => share.racer === racer)!;
    return { racer, total: last.before + last.count };
  });
  return hidden(
    Plot.plot({
      width,
      height: 40 + ROW * names.length,
      marginLeft,
      marginRight: 56,
      style: STYLE,
      x: { domain: [0, most] },
      y: { domain: names, padding: 0.25 },
      marks: [
        Plot.axisX({ ...AXIS, ticks: 5 }),
        Plot.axisY({ ...AXIS, fill: INK }),
        Plot.barX(shares, {
          y: 'racer',
          x1: 'before',
          x2: (share: Share) => share.before + share.count,
          fill: (share: Share) => ROLE_COLOURS[share.role],
          insetRight: 1,
        }),
        Plot.text(
          shares.filter((share) => room(share, most, width - marginLeft - 56)),
          { y: 'racer', x: (share: Share) => share.before + share.count / 2, text: 'call', fill: 'var(--vp-c-bg)' },
        ),
        Plot.text(ends, {
          y: 'racer',
          x: 'total',
          text: ({ total }: { total: number }) => total.toFixed(2),
          dx: 6,
          textAnchor: 'start',
          fill: INK,
        }),
      ],
    }),
  );
}

/** A mark for each worker, where it stands against its fair part. */
export function drawWorkers(list: readonly Worker[], width: number): Drawing {
  const names = unique(list.map(({ racer }) => racer));
  return hidden(
    Plot.plot({
      width,
      height: 48 + ROW * names.length,
      marginLeft: margin(names),
      marginRight: 24,
      marginBottom: 36,
      style: STYLE,
      x: { domain: [0, Math.max(2, ...list.map(({ share }) => share))] },
      y: { domain: names },
      marks: [
        Plot.axisX({ ...AXIS, ticks: 5, tickFormat: (value: number) => `${value}×` }),
        Plot.axisY({ ...AXIS, fill: INK }),
        Plot.ruleX([1], { stroke: INK, strokeDasharray: '3 3' }),
        Plot.tickX(list, { y: 'racer', x: 'share', stroke: OWN, strokeWidth: 2, strokeOpacity: 0.6 }),
      ],
    }),
  );
}
