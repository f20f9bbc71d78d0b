/** How the benchmarks draw: lines over two logarithmic axes, as an SVG file that a text shows. */

import { writeFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** A measured point of a line. */
export interface Point {
  readonly series: string;
  readonly x: number;
  readonly y: number;
}

/** What stands around the lines. */
export interface Words {
  readonly title: string;
  readonly x: string;
  readonly y: string;
}

// The width of the other pictures, so that letters have their size: 16 px, and 12 px on a narrow screen.
export const WIDTH = 492;
const HEIGHT = 380;
const MARGIN = { marginTop: 44, marginRight: 68, marginBottom: 58, marginLeft: 56 };
/** From one name to the next, at least. */
const LINE_HEIGHT = 20;

/** As in the chapters' pictures: the site's colours where it shows them, and others that fit where it does not. */
const STYLE = `
    .plot { --ink: #1b2024; --soft: #4f575e; --line: #8d8f86; --paper: #ffffff; --own: #a9450d; --other: #0b5f66; }
    @media screen {
      .plot { --ink: var(--vp-c-text-1, #1b2024); --soft: var(--vp-c-text-2, #4f575e); --line: var(--vp-c-text-3, #666e75); --paper: var(--vp-c-bg, #fcfcf9); --own: var(--tts-accent, #a9450d); --other: var(--vp-c-brand-1, #0b5f66); }
    }
    @media screen and (prefers-color-scheme: dark) {
      .plot { --ink: var(--vp-c-text-1, #e3e6e3); --soft: var(--vp-c-text-2, #a7b0b4); --line: var(--vp-c-text-3, #8c969b); --paper: var(--vp-c-bg, #111517); --own: var(--tts-accent, #f39a62); --other: var(--vp-c-brand-1, #5fc9c5); }
    }
    .plot text { font: 16px/1 var(--vp-font-family-base, system-ui, sans-serif); }
  `;
/** Lines are told apart by their names; the colours only help. */
const COLOURS = ['var(--own)', 'var(--other)', 'var(--ink)', 'var(--soft)'];

/** The powers of ten between which some values lie. */
function decades(values: readonly number[]): number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)].map(Math.log10) as [number, number];
  const first = Math.floor(least);
  return Array.from({ length: Math.ceil(most) - first + 1 }, (_, i) => 10 ** (first + i));
}

/** How far names must move up or down, in pixels, so that none stands on another. @param heights where they belong */
function spread(heights: readonly number[]): number[] {
  const moved = [...heights];
  const order = heights.map((_, i) => i).sort((a, b) => heights[b]! - heights[a]!);
  for (const [i, below] of order.entries()) {
    const above = order[i + 1];
    const lack = above === undefined ? 0 : LINE_HEIGHT - (moved[below]! - moved[above]!);
    if (above === undefined || lack <= 0) continue;
    moved[above]! -= lack / 2;
    moved[below]! += lack / 2;
  }
  return moved.map((height, i) => height - heights[i]!);
}

/** What the axes are marked with, from one end to the other, where that shall be powers of two. */
export interface Marks {
  readonly x?: readonly number[];
  readonly y?: readonly number[];
}

/**
 * Draws lines and writes them to NAME.svg in this folder.
 *
 * @param points of all lines, in the order of x; a line's name stands beside its last point
 */
export function savePlot(name: string, points: readonly Point[], { title, x, y }: Words, marks: Marks = {}): void {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const series = [...new Set(points.map((point) => point.series))];
  const across = marks.x ?? decades(points.map((point) => point.x));
  const up = marks.y ?? decades(points.map((point) => point.y));
  const marginLeft = Math.max(MARGIN.marginLeft, ...up.map((mark) => 9.5 * mark.toLocaleString('en').length + 8));
  const marginRight = Math.max(MARGIN.marginRight, ...series.map((one) => 8.6 * one.length + 16));
  const axis = {
    tickSize: 0,
    tickPadding: 8,
    label: null,
    fill: 'var(--soft)',
    tickFormat: (value: number) => value.toLocaleString('en'),
  };
  const last = series.map((one) => points.findLast((point) => point.series === one)!);
  const perDecade = (HEIGHT - MARGIN.marginTop - MARGIN.marginBottom) / Math.log10(up.at(-1)! / up[0]!);
  const rises = spread(last.map((point) => -Math.log10(point.y) * perDecade));
  const label = { x: 'x', y: 'y', text: 'series', fill: 'series', dx: 10, textAnchor: 'start' } as const;
  const figure = Plot.plot({
    document,
    className: 'plot',
    width: WIDTH,
    height: HEIGHT,
    ...MARGIN,
    marginLeft,
    marginRight,
    x: { type: 'log', base: marks.x === undefined ? 10 : 2, domain: [across[0]!, across.at(-1)!] },
    y: { type: 'log', base: marks.y === undefined ? 10 : 2, domain: [up[0]!, up.at(-1)!] },
    color: { domain: series, range: COLOURS },
    marks: [
      Plot.gridY({ ticks: up, stroke: 'var(--line)', strokeOpacity: 0.4 }),
      Plot.gridX({ ticks: across, stroke: 'var(--line)', strokeOpacity: 0.4 }),
      Plot.axisX({ ...axis, ticks: across }),
      Plot.axisY({ ...axis, ticks: up }),
      Plot.line(points, { x: 'x', y: 'y', stroke: 'series', strokeWidth: 2.5, marker: 'circle' }),
      ...last.map((point, i) => Plot.text([point], { ...label, dy: rises[i]! })),
      Plot.text([y], { frameAnchor: 'top-left', dx: 8 - marginLeft, dy: -34, fill: 'var(--ink)' }),
      Plot.text([x], { frameAnchor: 'bottom', dy: 50, fill: 'var(--ink)' }),
    ],
  });
  writeFileSync(new URL(`./${name}.svg`, import.meta.url), standalone(figure, title));
}

/** A plot as a file: with the title that is read aloud, and the colours of the page around it. */
export function standalone(figure: ReturnType<typeof Plot.plot>, title: string): string {
  // Plot's own style is for pages of which it is a part; the site asks for selectors that begin with the picture's class.
  figure.querySelector('style')!.textContent = STYLE;
  figure.setAttribute('role', 'img');
  const text = figure.outerHTML
    .replace(/<svg /, '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace(/(?<=<svg [^>]*>)/, `<title>${title}</title>`)
    .replaceAll('><', '>\n<');
  return `${text}\n`;
}
