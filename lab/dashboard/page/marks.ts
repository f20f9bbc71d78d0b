/** What happened, as vertical lines with their labels. */

import type uPlot from 'uplot';
import type { Mark } from './view.ts';

const COLOR: Readonly<Record<Mark['kind'], string>> = { began: 'brand', ended: 'bad', load: 'accent', over: 'soft' };
const FONT = '11px system-ui, sans-serif';
/** Between a line and its label, and between two labels, in pixels. */
const GAP = 4;

/**
 * Draws them into a chart. A label stands right of its line, or left of it at the right edge; where it would run into
 * one that is there, only the line is drawn: the newest ones have their labels.
 */
export function drawMarks(plot: uPlot, marks: readonly Mark[], property: (name: string) => string): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  let free = Number.POSITIVE_INFINITY;
  ctx.save();
  ctx.font = FONT.replace('11', `${11 * ratio}`);
  ctx.textAlign = 'left'; // the axes have left it otherwise
  ctx.textBaseline = 'bottom';
  ctx.lineWidth = ratio;
  for (const { at, kind, label } of [...marks].reverse()) {
    const x = Math.round(plot.valToPos(at / 1000, 'x', true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = property(COLOR[kind]);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.setLineDash(kind === 'began' || kind === 'load' ? [] : [3 * ratio, 2 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top - 4 * ratio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(label).width + GAP * ratio;
    const right = Math.min(free, bbox.left + bbox.width);
    const from = x + width <= right ? x + GAP * ratio : x - width;
    if (from < bbox.left || (from < x && x > free) || (from > x && x + width > free)) continue;
    ctx.fillText(label, from, bbox.top - 1);
    free = Math.min(x, from) - GAP * ratio;
  }
  ctx.restore();
}
