/** Where things stand in a replay: rows from top to bottom, time from left to right. */

import type { Recording } from '../../lab/traces/recording.ts';
import { type Lane, lanesOf } from './lanes.ts';

/** One line of the board. */
export interface Row {
  readonly kind: 'title' | 'lane';
  readonly text: string;
  /** Stands behind the text, and is said more quietly. */
  readonly more: string;
  readonly lane?: Lane;
  /** The names of the clients whose recording it is of. */
  readonly names: readonly string[];
  /** When the recording is over, in microseconds. */
  readonly ends: number;
  /** In pixels from the top of the board. */
  readonly top: number;
  readonly height: number;
}

/** How high the lines are, in pixels; on a narrow board a lane's words stand above it. */
const TITLE = 34;
const LANE = { wide: 25, narrow: 42 } as const;
const GAP = 10;
/** A lane's bar. */
export const BAR = 15;
/** The scale, at the bottom. */
export const SCALE = 26;

/** Lays recordings out, one below the other. @param titles of the recordings, in their order */
export function rowsOf(
  recordings: readonly Recording[],
  titles: readonly string[],
  narrow: boolean,
): { rows: Row[]; height: number } {
  const rows: Row[] = [];
  let top = 0;
  const add = (row: Pick<Row, 'kind' | 'text' | 'more' | 'names' | 'ends'>, height: number, lane?: Lane): void => {
    rows.push({ ...row, top, height, ...(lane === undefined ? {} : { lane }) });
    top += height;
  };
  recordings.forEach((recording, i) => {
    const names = recording.clients.map(({ name }) => name);
    const { clients, workers } = lanesOf(recording);
    const ends = recording.duration;
    const height = LANE[narrow ? 'narrow' : 'wide'];
    if (recordings.length > 1) add({ kind: 'title', text: titles[i] ?? '', more: '', names, ends }, TITLE);
    for (const lane of clients) {
      add({ kind: 'lane', text: lane.name, more: lane.client!.what, names, ends }, height, lane);
    }
    top += GAP;
    for (const lane of workers) add({ kind: 'lane', text: lane.name, more: '', names, ends }, height, lane);
    if (i < recordings.length - 1) top += GAP;
  });
  return { rows, height: top + SCALE };
}

/** The middle of a row's bar, in pixels from the top of the board. */
export function barOf({ top, height }: Row, narrow: boolean): number {
  return narrow ? top + height - 6 - BAR / 2 : top + height / 2;
}

/** A part of the run, in microseconds, and the pixels that it takes. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

/**
 * The part of a run that is shown.
 *
 * @param duration of the whole run
 * @param zoom 1 for the whole run, 4 for a quarter of it …
 * @param time what shall be in the middle, as far as the run's ends allow
 */
export function windowOf(duration: number, zoom: number, time: number, width: number): Window {
  const length = duration / zoom;
  const from = Math.min(Math.max(0, time - length / 2), duration - length);
  return { from, to: from + length, width };
}

/** Where a time stands, in pixels from the left. @param time in microseconds */
export function xOf({ from, to, width }: Window, time: number): number {
  return ((time - from) / (to - from)) * width;
}

/** The time that stands there, in microseconds. @param x in pixels from the left */
export function timeOf({ from, to, width }: Window, x: number): number {
  return from + (x / width) * (to - from);
}

/** The times at which the scale has its marks: 1, 2 or 5 times a power of ten apart, and at least so many pixels. */
export function ticksOf(window: Window, apart = 80): number[] {
  const least = ((window.to - window.from) / window.width) * apart;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= least)!;
  const ticks: number[] = [];
  for (let tick = Math.ceil(window.from / step) * step; tick <= window.to; tick += step) ticks.push(tick);
  return ticks;
}

/** The next of some times after a time, or the last before it; they are in order. */
export function stepFrom(times: readonly number[], time: number, direction: 1 | -1): number | undefined {
  return direction > 0 ? times.find((other) => other > time) : times.findLast((other) => other < time);
}
