/** Draws a board: bars for states, marks for what clients do, the scale and the line of the present. */

import { clock } from './events.ts';
import type { Lane, Span, State } from './lanes.ts';
import { BAR, barOf, type Row, SCALE, ticksOf, type Window, xOf } from './view.ts';

/** What is used of a canvas's 2D context. */
export interface Pen {
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  font: string;
  globalAlpha: number;
  textAlign: 'left' | 'right' | 'center' | 'start' | 'end';
  clearRect(x: number, y: number, width: number, height: number): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  strokeRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
  measureText(text: string): { width: number };
  setLineDash(lengths: number[]): void;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  rect(x: number, y: number, width: number, height: number): void;
  stroke(): void;
  fill(): void;
  clip(): void;
  save(): void;
  restore(): void;
}

/** Colours by name, as the page's style has them. */
export type Colours = Readonly<Record<(typeof COLOURS)[number], string>>;
export const COLOURS = [
  'paper',
  'ink',
  'soft',
  'line',
  'grid',
  'asleep',
  'backlog',
  'timer',
  'reading',
  'computing',
  'writing',
  'mono',
] as const;

/** All that a board shows. */
export interface Board {
  readonly rows: readonly Row[];
  readonly height: number;
  readonly narrow: boolean;
  readonly window: Window;
  /** The present, in microseconds. */
  readonly time: number;
  /** Where the reader points, in microseconds. */
  readonly hover: number | undefined;
  readonly colours: Colours;
}

/**
 * In a call, or at work: drawn full, and never so short that it cannot be seen. In this order, since in a short time there
 * is room for one colour alone.
 */
const ACTIVE: ReadonlyMap<State, keyof Colours> = new Map([
  ['calling', 'soft'],
  ['computing', 'computing'],
  ['accepting', 'ink'],
  ['writing', 'writing'],
  ['reading', 'reading'],
]);
const LEAST = 1.5;

function hatch(pen: Pen, x: number, y: number, width: number): void {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, BAR);
  pen.clip();
  pen.beginPath();
  for (let at = x - BAR + (-x % 6); at < x + width; at += 6) {
    pen.moveTo(at, y + BAR);
    pen.lineTo(at + BAR, y);
  }
  pen.stroke();
  pen.restore();
}

/** A line in the middle of the lane, for those for whom nothing is done. */
function thread(pen: Pen, x: number, width: number, y: number, dash: number[]): void {
  pen.setLineDash(dash);
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + width, y);
  pen.stroke();
  pen.setLineDash([]);
  pen.lineWidth = 1;
}

/** The moon of the chapters' pictures: asleep. */
function moon(pen: Pen, x: number, y: number, paper: string): void {
  pen.beginPath();
  pen.arc(x, y, 4, 0, 7);
  pen.fill();
  const before = pen.fillStyle;
  pen.fillStyle = paper;
  pen.beginPath();
  pen.arc(x + 2.2, y - 1.6, 3.4, 0, 7);
  pen.fill();
  pen.fillStyle = before;
}

interface Bar {
  readonly x: number;
  readonly width: number;
  /** The lane's middle. */
  readonly y: number;
}

/** A state in which nobody works. */
function drawPassive(pen: Pen, { x, width, y }: Bar, { state, call }: Span, lane: Lane, colours: Colours): void {
  const top = y - BAR / 2;
  let label = call ?? '';
  let ground = colours.asleep;
  pen.lineWidth = 1;
  switch (state) {
    case 'backlog':
      pen.strokeStyle = colours.backlog;
      pen.globalAlpha = 0.45;
      hatch(pen, x, top, width);
      pen.globalAlpha = 1;
      pen.setLineDash([4, 3]);
      pen.strokeRect(x + 0.5, top + 0.5, Math.max(0, width - 1), BAR - 1);
      pen.setLineDash([]);
      return;
    case 'accepted':
      pen.strokeStyle = colours.soft;
      pen.strokeRect(x + 0.5, top + 0.5, Math.max(0, width - 1), BAR - 1);
      return;
    case 'node':
      pen.strokeStyle = colours.line;
      thread(pen, x, width, y, [1, 4]);
      return;
    case 'timer':
      pen.fillStyle = colours.timer;
      pen.globalAlpha = 0.22;
      pen.fillRect(x, top, width, BAR);
      pen.globalAlpha = 1;
      pen.strokeStyle = colours.timer;
      pen.strokeRect(x + 0.5, top + 0.5, Math.max(0, width - 1), BAR - 1);
      if (lane.client !== undefined) label = 'WAIT';
      ground = '';
      break;
    default:
      if (lane.client !== undefined && state !== 'blocked') {
        pen.strokeStyle = colours.line;
        thread(pen, x, width, y, state === 'room' ? [6, 4] : []);
        return;
      }
      pen.fillStyle = colours.asleep;
      pen.fillRect(x, top, width, BAR);
  }
  const asleep = ground !== '' || lane.client === undefined;
  const room = asleep ? 18 : 6;
  if (width < pen.measureText(label).width + room + 5) return;
  pen.fillStyle = colours.soft;
  if (ground !== '') moon(pen, x + 9, y, ground);
  pen.fillText(label, x + (ground === '' ? 6 : room), y + 3.5);
}

function drawLane(pen: Pen, row: Row, lane: Lane, board: Board): void {
  const { window, colours, narrow } = board;
  const y = barOf(row, narrow);
  const visible = lane.spans.filter(({ from, to }) => to >= window.from && from <= window.to);
  const barAt = ({ from, to }: Span): Bar => {
    const x = Math.max(-8, xOf(window, from));
    return { x, width: Math.min(window.width + 8, xOf(window, to)) - x, y };
  };
  for (const span of visible) if (!ACTIVE.has(span.state)) drawPassive(pen, barAt(span), span, lane, colours);
  for (const [state, colour] of ACTIVE) {
    pen.fillStyle = colours[colour];
    for (const span of visible) {
      if (span.state !== state) continue;
      const { x, width } = barAt(span);
      pen.fillRect(x, y - BAR / 2, Math.max(LEAST, width), BAR);
    }
  }
}

/** What a client does itself: it sends, and it has its answer. */
function drawMarks(pen: Pen, row: Row, lane: Lane, { window, colours, narrow }: Board): void {
  const { client } = lane;
  if (client === undefined) return;
  const y = barOf(row, narrow);
  pen.fillStyle = colours.ink;
  for (const [time] of client.sent) {
    const x = xOf(window, time);
    pen.beginPath();
    pen.moveTo(x - 4, y - BAR / 2 - 4);
    pen.lineTo(x + 4, y - BAR / 2 - 4);
    pen.lineTo(x, y - BAR / 2 + 2);
    pen.fill();
  }
  const x = xOf(window, client.answered);
  pen.beginPath();
  pen.arc(x, y + BAR / 2 + 1.5, 3, 0, 7);
  pen.fill();
}

/** The time of the present as it stands on the scale. */
function presentLabel(pen: Pen, { window, time }: Board): { text: string; left: number; width: number } {
  const text = clock(time, 4);
  const width = pen.measureText(text).width + 10;
  return { text, width, left: Math.min(Math.max(0, xOf(window, time) - width / 2), window.width - width) };
}

function drawScale(pen: Pen, board: Board): void {
  const { window, height, colours } = board;
  const bottom = height - SCALE;
  const ticks = ticksOf(window);
  const digits = Math.max(1, Math.ceil(6 - Math.log10((ticks[1] ?? 0) - (ticks[0] ?? 0) || 1e5)));
  const present = presentLabel(pen, board);
  for (const tick of ticks) {
    const x = Math.round(xOf(window, tick)) + 0.5;
    pen.fillStyle = colours.grid;
    pen.fillRect(x - 0.5, 0, 1, bottom + 5);
    pen.fillStyle = colours.soft;
    const text = clock(tick, digits);
    const { width } = pen.measureText(text);
    const left = Math.max(0, x - width / 2);
    const covered = left < present.left + present.width && left + width > present.left;
    if (x >= 0 && left + width <= window.width && !covered) pen.fillText(text, left, height - 7);
  }
}

/** The line of the present, with its time on the scale. */
function drawPresent(pen: Pen, board: Board): void {
  const { window, height, time, hover, colours } = board;
  if (hover !== undefined) {
    pen.fillStyle = colours.line;
    pen.fillRect(Math.round(xOf(window, hover)), 0, 1, height - SCALE);
  }
  const x = Math.round(xOf(window, time));
  // What is still to come is paler.
  pen.globalAlpha = 0.66;
  pen.fillStyle = colours.paper;
  pen.fillRect(x + 1, 0, window.width - x, height - SCALE);
  pen.globalAlpha = 1;
  pen.fillStyle = colours.ink;
  pen.fillRect(Math.min(x, window.width - 1.5), 0, 1.5, height - SCALE + 6);
  const { text, left, width } = presentLabel(pen, board);
  pen.fillRect(left, height - SCALE + 6, width, SCALE - 7);
  pen.fillStyle = colours.paper;
  pen.fillText(text, left + 5, height - 7);
}

/** Draws all of it, in the pixels of the page. */
export function draw(pen: Pen, board: Board): void {
  const { rows, height, window, colours } = board;
  pen.clearRect(0, 0, window.width, height);
  pen.font = `11px ${colours.mono}`;
  pen.textAlign = 'left';
  drawScale(pen, board);
  for (const row of rows) if (row.lane !== undefined) drawLane(pen, row, row.lane, board);
  for (const row of rows) if (row.lane !== undefined) drawMarks(pen, row, row.lane, board);
  drawPresent(pen, board);
}
