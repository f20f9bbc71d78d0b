/** A difference as HTML: each side in its own colours, and the words that changed in a line that changed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffWordsWithSpace } from 'diff';
import type { ThemedToken } from 'shiki/core';
import { type DifferenceLine, differenceLines } from './differences.ts';
import { tokensOf } from './highlight.ts';

/** A part of a line, from its first column to before its last. */
type Span = readonly [from: number, to: number];

/** Below this share of common letters two blocks are not each other's change, and words that they share are chance. */
const ALIKE = 0.5;

const letters = (text: string): number => text.replace(/\s/g, '').length;

/**
 * The words that differ between two blocks of lines.
 *
 * @returns for each line of either side its spans; none where the blocks have little in common
 */
export function changedWords(before: readonly string[], after: readonly string[]): [Span[][], Span[][]] {
  const parts = diffWordsWithSpace(before.join('\n'), after.join('\n'));
  const common = parts.reduce((sum, { added, removed, value }) => sum + (added || removed ? 0 : letters(value)), 0);
  const most = Math.max(letters(before.join('')), letters(after.join('')));
  const sides = [before, after].map((lines): Span[][] => lines.map(() => [])) as [Span[][], Span[][]];
  if (common < ALIKE * most) return sides;
  const places = [
    { line: 0, column: 0 },
    { line: 0, column: 0 },
  ];
  for (const { added = false, removed = false, value } of parts) {
    for (const side of [0, 1] as const) {
      if (side === 0 ? added : removed) continue;
      const place = places[side]!;
      for (const [i, piece] of value.split('\n').entries()) {
        if (i > 0) Object.assign(place, { line: place.line + 1, column: 0 });
        const end = place.column + piece.length;
        const from = end - piece.trimStart().length;
        const to = from + piece.trim().length;
        if ((added || removed) && to > from) sides[side][place.line]?.push([from, to]);
        place.column = end;
      }
    }
  }
  return sides;
}

/** The blocks of lines that were taken away and put in at the same place get their words. */
function wordsOf(lines: readonly DifferenceLine[]): Map<DifferenceLine, Span[]> {
  const words = new Map<DifferenceLine, Span[]>();
  for (let start = 0; start < lines.length; start++) {
    if (lines[start]!.sign !== '-') continue;
    let middle = start;
    while (lines[middle]?.sign === '-') middle++;
    let end = middle;
    while (lines[end]?.sign === '+') end++;
    const [before, after] = [lines.slice(start, middle), lines.slice(middle, end)];
    const sides = changedWords(
      before.map(({ text }) => text),
      after.map(({ text }) => text),
    );
    for (const [side, block] of [before, after].entries()) {
      for (const [i, line] of block.entries()) words.set(line, sides[side]![i]!);
    }
    start = end - 1;
  }
  return words;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A line's tokens, cut where words begin and end. */
function painted(tokens: readonly ThemedToken[], words: readonly Span[]): string {
  let column = 0;
  return tokens
    .map(({ content, color }) => {
      const [from, to] = [column, column + content.length];
      column = to;
      const cuts = words.flat().filter((cut) => cut > from && cut < to);
      const pieces = [from, ...cuts].map((start, i) => [start, cuts[i] ?? to] as const);
      return pieces
        .map(([start, end]) => {
          const span = `<span style="color:${color}">${escaped(content.slice(start - from, end - from))}</span>`;
          return words.some(([first, last]) => start >= first && end <= last) ? `<mark>${span}</mark>` : span;
        })
        .join('');
    })
    .join('');
}

/** What stands around a line, by its sign. */
const ELEMENTS = { ' ': 'span', '+': 'ins', '-': 'del', '@': 'b' } as const;

/**
 * Renders a difference.
 *
 * @param root absolute path of the repository
 * @param from, to paths from the root, of TypeScript files
 * @returns the block, and how many lines were put in and taken away
 */
export function differenceHtml(
  root: string,
  from: string,
  to: string,
): { html: string; added: number; removed: number } {
  const tokens = [from, to].map((path) => tokensOf(readFileSync(join(root, path), 'utf8')));
  const lines = differenceLines(root, from, to);
  const words = wordsOf(lines);
  const rows = lines.map((line) => {
    const { sign, text, index } = line;
    const element = ELEMENTS[sign];
    const side = tokens[sign === '-' ? 0 : 1]!;
    const code = sign === '@' ? escaped(text) : escaped(sign) + painted(side[index] ?? [], words.get(line) ?? []);
    return `<${element} class="line">${code}</${element}>`;
  });
  const heads = [`--- ${from}`, `+++ ${to}`].map((head) => `<b class="line">${escaped(head)}</b>`);
  const count = (wanted: string): number => lines.filter(({ sign }) => sign === wanted).length;
  return {
    html: `<div class="language-diff vp-adaptive-theme"><pre class="shiki vp-code" tabindex="0" v-pre><code>${[...heads, ...rows].join('\n')}\n</code></pre></div>`,
    added: count('+'),
    removed: count('-'),
  };
}
