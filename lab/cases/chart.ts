/** The cases as a picture: for each case bars, how many round trips took how long. */

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { standalone } from '../bench/plot.ts';
import { short, time } from '../load/units.ts';
import type { Tried } from './results.ts';

/** A case's height, and what is above and below all of them. */
const [HEIGHT, TOP, BOTTOM] = [64, 8, 44];
const SIDE = 24;
/** A tick's words need so much room, in pixels. */
const TICK = 64;
const TITLE = 'How long round trips took, case by case';

/** A picture that stands in a file of its own, or in a page. @param width in pixels; the words need 358 */
export function chart(cases: readonly Tried[], width: number): string {
  const run = cases.filter(({ bins = [] }) => bins.length > 0);
  const bars = run.flatMap(({ title, bins = [] }) => {
    const most = Math.max(...bins.map((bin) => bin.count));
    return bins.map(({ from, to, count: number }) => ({ title, from, to, share: number / most }));
  });
  const labels = run.map(({ title }) => ({ title }));
  const [first, last] = [Math.min(...bars.map(({ from }) => from)), Math.max(...bars.map(({ to }) => to))];
  const [low, high] = [Math.ceil(Math.log10(first)), Math.floor(Math.log10(last))];
  const step = Math.ceil(((high - low) * TICK) / width);
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const words = ticks.filter((_, i) => i % step === 0);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const figure = Plot.plot({
    document,
    className: 'plot',
    width,
    height: run.length * HEIGHT + TOP + BOTTOM,
    marginTop: TOP,
    marginBottom: BOTTOM,
    marginLeft: SIDE,
    marginRight: SIDE,
    x: { type: 'log', domain: [first, last], axis: null },
    y: { domain: [0, 2], axis: null },
    fy: { domain: run.map(({ title }) => title), axis: null, padding: 0.06 },
    marks: [
      Plot.gridX({ ticks, stroke: 'var(--line)', strokeOpacity: 0.4 }),
      Plot.axisX({
        ticks: words,
        tickSize: 0,
        tickPadding: 10,
        label: null,
        fill: 'var(--soft)',
        tickFormat: (tick: number) => short(time(tick)),
      }),
      Plot.rectY(bars, {
        fy: 'title',
        x1: 'from',
        x2: 'to',
        y: (bar: { share: number }) => Math.max(0.03, bar.share),
        filter: (bar: { share: number }) => bar.share > 0,
        fill: 'var(--other)',
        insetLeft: 0.5,
        insetRight: 0.5,
      }),
      Plot.ruleY([0], { stroke: 'var(--soft)' }),
      Plot.text(labels, {
        fy: 'title',
        text: 'title',
        frameAnchor: 'top-left',
        dy: 4,
        fill: 'var(--ink)',
        stroke: 'var(--paper)',
        strokeWidth: 5,
      }),
    ],
  });
  return standalone(figure, TITLE);
}
