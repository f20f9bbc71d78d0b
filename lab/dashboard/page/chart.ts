/** One panel on the page: a title, the values as text, and a chart of uPlot below them. */

import uPlot from 'uplot';
import type { Panel, Unit } from '../panels.ts';
import { INTERVAL } from '../sample.ts';
import { type Line, linesOf } from './lines.ts';
import { drawMarks } from './marks.ts';
import { axisText, valueText } from './values.ts';
import type { View } from './view.ts';

/** All charts of this name move their cursors together. */
const CURSOR = 'time';
const HEIGHT = 150;
/** The width of the vertical axis, in pixels: the same everywhere, so that times stand below each other. */
const AXIS = 52;
/** So many values are told beside a chart. */
const TOLD = 12;
/** Least height of a scale, so that noise around nothing does not look like something. */
const LEAST: Readonly<Record<Unit, number>> = {
  number: 4,
  'per second': 10,
  microseconds: 1,
  'per cent': 100,
  bytes: 1e6,
};

const property = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);

/** A panel. */
export class Chart {
  readonly figure = document.createElement('figure');
  readonly panel: Panel;
  readonly #core: number;
  readonly #view: View;
  readonly #legend = document.createElement('ul');
  readonly #place = document.createElement('div');
  readonly #none = document.createElement('p');
  #plot: uPlot | undefined;
  #drawn = '';
  lines: Line[] = [];
  #values: (number | undefined)[][] = [];

  constructor(panel: Panel, core: number, view: View) {
    this.panel = panel;
    this.#core = core;
    this.#view = view;
    const heading = document.createElement('h3');
    const unit = document.createElement('small');
    unit.textContent = panel.unit === 'per second' ? ' a second' : '';
    heading.append(this.title, unit);
    heading.id = `panel-${panel.id}${panel.eachCore ? core : ''}`;
    this.figure.tabIndex = 0;
    this.figure.title = panel.what;
    this.figure.dataset.panel = heading.id.slice('panel-'.length);
    this.figure.setAttribute('role', 'group');
    this.figure.setAttribute('aria-labelledby', heading.id);
    this.#legend.className = 'legend';
    this.#place.className = 'chart';
    this.#none.className = 'none';
    this.#none.textContent = panel.none;
    this.figure.append(heading, this.#legend, this.#place, this.#none);
  }

  get title(): string {
    return this.panel.eachCore ? `${this.panel.title} ${this.#core}` : this.panel.title;
  }

  /** Draws what there is now. */
  draw(): void {
    const samples = this.#view.shown;
    this.lines = linesOf(this.panel, this.#core, this.#view);
    this.#values = this.lines.map(({ value }) => samples.map(value));
    const some = this.#values.some((values) => values.some((value) => value !== undefined));
    this.#none.hidden = some;
    const drawn = JSON.stringify(this.lines.map(({ label, color, dashed }) => [label, color, dashed]));
    if (drawn !== this.#drawn || this.#plot === undefined) this.#make(drawn);
    const times = samples.map(({ at }) => at / 1000);
    this.#plot!.setData([times, ...this.#columns()] as uPlot.AlignedData, false);
    const to = this.#view.until / 1000;
    this.#plot!.setScale('x', { min: to - this.#view.span / 1000, max: to });
    this.#tell();
  }

  /** The values of each line; where one stands on the other, the uppermost comes first, so that the others cover it. */
  #columns(): (number | null)[][] {
    if (!this.panel.stacked) return this.#values.map((values) => values.map((value) => value ?? null));
    const columns: (number | null)[][] = [];
    for (const [i, values] of this.#values.entries()) {
      columns.push(
        values.map((value, k) => (value === undefined ? null : value + (i === 0 ? 0 : (columns[i - 1]![k] ?? 0)))),
      );
    }
    return columns.reverse();
  }

  /** Draws anew with the colours that hold now, or the width. */
  remake(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.draw();
  }

  #make(drawn: string): void {
    this.#plot?.destroy();
    this.#drawn = drawn;
    const lines = this.panel.stacked ? [...this.lines].reverse() : this.lines;
    const [soft, grid] = [property('soft'), property('grid')];
    const font = '12px system-ui, sans-serif';
    const axis = { stroke: soft, font, ticks: { show: false }, grid: { stroke: grid, width: 1 } };
    const { unit, stacked, logarithmic } = this.panel;
    const highest = (_: uPlot, __: number, max: number): uPlot.Range.MinMax => [
      0,
      stacked ? 100 : Math.max(LEAST[unit], 1.08 * (max ?? 0)),
    ];
    this.#plot = new uPlot(
      {
        width: this.#place.clientWidth || 300,
        height: HEIGHT,
        padding: [16, 28, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, sync: { key: CURSOR }, points: { size: 6 } },
        scales: { x: { time: true }, y: logarithmic ? { distr: 3 } : { range: highest } },
        axes: [
          { ...axis, size: 24, space: 70, values: (_, ticks) => ticks.map((tick) => clock(tick)) },
          {
            ...axis,
            size: AXIS,
            space: 28,
            // uPlot's own have nine lines for each power of ten.
            ...(logarithmic ? { splits: (_: uPlot, __: number, min: number, max: number) => powers(min, max) } : {}),
            values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : axisText(tick, unit))),
          },
        ],
        series: [
          {},
          ...lines.map(
            ({ color, dashed }): uPlot.Series => ({
              stroke: property(color),
              width: stacked ? 0 : 1.5,
              ...(stacked ? { fill: property(color) } : {}),
              ...(dashed ? { dash: [4, 3] } : {}),
              points: { show: false },
              spanGaps: false,
            }),
          ),
        ],
        hooks: { setCursor: [() => this.#tell()], draw: [(plot) => drawMarks(plot, this.#view.marks, property)] },
      },
      [[], ...lines.map(() => [])],
      this.#place,
    );
  }

  /** Writes the values beside the chart: those at the cursor, or the last ones. */
  #tell(): void {
    const at = this.index;
    const told = this.lines.map((line, i) => ({ line, value: at < 0 ? undefined : this.#values[i]?.[at] }));
    const some = told.filter(({ value }) => value !== undefined);
    const items = (some.length > 0 ? some : told).slice(0, TOLD).map(({ line, value }) => {
      const item = document.createElement('li');
      const swatch = document.createElement('i');
      const number = document.createElement('b');
      swatch.style.setProperty('--swatch', `var(--${line.color})`);
      swatch.className = line.dashed ? 'dashed' : '';
      number.textContent = value === undefined ? '–' : valueText(value, this.panel.unit);
      item.append(swatch, `${line.label} `, number);
      return item;
    });
    this.#legend.replaceChildren(...items);
  }

  /** The sample at the cursor, among those that are shown; or the last one. */
  get index(): number {
    return this.#plot?.cursor.idx ?? this.#view.shown.length - 1;
  }

  /** What a line has in the last sample. */
  lastOf(line: Line): string {
    const value = this.#view.last === undefined ? undefined : line.value(this.#view.last);
    return value === undefined ? '–' : valueText(value, this.panel.unit);
  }

  /** Puts the cursor at a time, in milliseconds; or takes it away. */
  point(at: number | undefined): void {
    if (this.#plot === undefined) return;
    const left = at === undefined ? -10 : this.#plot.valToPos(at / 1000, 'x');
    this.#plot.setCursor({ left, top: at === undefined ? -10 : 0 });
  }

  resize(): void {
    const width = this.#place.clientWidth;
    if (this.#plot !== undefined && width > 0 && width !== this.#plot.width)
      this.#plot.setSize({ width, height: HEIGHT });
  }
}

/** The powers of ten from one to another. */
function powers(from: number, to: number): number[] {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i));
}

/** A time of the day. @param seconds since 1970 */
export function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}

/** How far the keys move the cursor, in milliseconds. */
export const STEP = INTERVAL;
