/** How the benchmarks draw a flame graph that a text shows: what `lab profile` has on its page, without what is too narrow. */

import { writeFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Frame, Kind } from '../profile/frames.ts';
import { standalone, WIDTH } from './plot.ts';

/** The height of a frame, the room at a letter's side, and about the width of one, in pixels. */
const [HEIGHT, SIDE, LETTER] = [26, 5, 9.2];
/** What is narrower than this share, and deeper than so many frames, is left out. */
const [LEAST, DEEPEST] = [0.008, 13] as const;
const COLOURS: Readonly<Record<Kind, string>> = {
  program: 'color-mix(in srgb, var(--own) 45%, var(--paper))',
  lib: 'color-mix(in srgb, var(--own) 18%, var(--paper))',
  call: 'color-mix(in srgb, var(--other) 38%, var(--paper))',
  node: 'color-mix(in srgb, var(--soft) 20%, var(--paper))',
  kernel: 'color-mix(in srgb, var(--soft) 45%, var(--paper))',
};

/** A frame with its place in the picture, from 0 to 1 across. */
interface Box extends Frame {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

function* boxes(one: Frame, whole: number, from = 0, depth = 0): Generator<Box> {
  const to = from + one.value / whole;
  if (to - from < LEAST || depth > DEEPEST) return;
  yield { ...one, from, to, depth };
  let at = from;
  for (const child of one.children) {
    yield* boxes(child, whole, at, depth + 1);
    at += child.value / whole;
  }
}

/** As much of a name as fits. */
function label({ name, from, to }: Box): string {
  const letters = Math.floor(((to - from) * WIDTH - 2 * SIDE) / LETTER);
  if (name.length <= letters) return name;
  return letters < 3 ? '' : `${name.slice(0, letters - 1)}…`;
}

/** Draws a thread's tree, and writes it to NAME.svg in this folder. */
export function saveFlame(name: string, tree: Frame, title: string): void {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const frames = [...boxes(tree, tree.value)];
  const depth = Math.max(...frames.map((box) => box.depth)) + 1;
  const figure = Plot.plot({
    document,
    className: 'plot',
    width: WIDTH,
    height: depth * HEIGHT + 2,
    margin: 1,
    x: { domain: [0, 1], axis: null },
    y: { domain: [0, depth], axis: null, range: [1, depth * HEIGHT + 1] },
    marks: [
      Plot.rect(frames, {
        x1: 'from',
        x2: 'to',
        y1: 'depth',
        y2: (box: Box) => box.depth + 1,
        fill: (box: Box) => COLOURS[box.kind],
        stroke: 'var(--paper)',
      }),
      Plot.text(frames, {
        x: 'from',
        y: (box: Box) => box.depth + 0.5,
        text: label,
        dx: SIDE,
        textAnchor: 'start',
        fill: 'var(--ink)',
      }),
    ],
  });
  writeFileSync(new URL(`./${name}.svg`, import.meta.url), standalone(figure, title));
}
