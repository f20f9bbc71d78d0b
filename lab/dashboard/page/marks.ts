/** What happened, as vertical lines with their labels. */

import type uPlot from 'uplot';
import type { Mark } from './view.ts';

const COLOR: Readonly<Record<Mark['kind'], string>> = { began: 'brand', ended: 'bad', load: 'accent', over: 'soft' };
const FONT = '11px system-ui, sans-serif';
/** Between a line and its label, and between two labels, in pixels. */
const GAP = 4;

/** Whose labels come first where there is not room for all: an end tells more than a beginning, a server than a load. */
const RANK: Readonly<Record<Mark['kind'], number>> = { ended: 0, began: 1, load: 2, over: 3 };

/**
 * Draws them into a chart. A label stands right of its line, or left of it; where it would run into one that is there
 * already, only the line is drawn.
 */
export function drawMarks(plot: uPlot, marks: readonly Mark[], property: (name: string) => string): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const [left, right] = [bbox.left, bbox.left + bbox.width];
  const taken: (readonly [from: number, to: number])[] = [];
  ctx.save();
  ctx.font = FONT.replace('11', `${11 * ratio}`);
  ctx.textAlign = 'left'; // the axes have left it otherwise
  ctx.textBaseline = 'bottom';
  ctx.lineWidth = ratio;
  for (const { at, kind, label } of [...marks].sort((a, b) => RANK[a.kind] - RANK[b.kind] || b.at - a.at)) {
    const x = Math.round(plot.valToPos(at / 1000, 'x', true)) + 0.5;
    if (x < left || x > right) continue;
    ctx.strokeStyle = property(COLOR[kind]);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.setLineDash(kind === 'began' || kind === 'load' ? [] : [3 * ratio, 2 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top - 4 * ratio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const [width, gap] = [ctx.measureText(label).width, GAP * ratio];
    const place = [x + gap, x - gap - width].find(
      (from) =>
        from >= left &&
        from + width <= right &&
        taken.every(([one, other]) => from > other + gap || from + width < one - gap),
    );
    if (place === undefined) continue;
    ctx.fillText(label, place, bbox.top - 1);
    taken.push([place, place + width]);
  }
  ctx.restore();
}
