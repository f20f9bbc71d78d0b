/** What runs in the page: it draws the flame graph of one thread or of all, finds frames, and lists what took most. */

import flamegraph from 'd3-flame-graph';
import { select } from 'd3-selection';
import { type Frame, frame, hottest } from './frames.ts';

/** As much of the document as is used here; with TypeScript's own declaration, servers could call window.close(). */
interface Element {
  value: string;
  textContent: string;
  innerHTML: string;
  className: string;
  readonly clientWidth: number;
  addEventListener(event: string, listener: (event: { readonly key?: string }) => void): void;
  append(...nodes: Element[]): void;
}
declare const document: {
  getElementById(id: string): Element;
  createElement(name: string): Element;
  addEventListener: Element['addEventListener'];
};
declare function addEventListener(event: string, listener: () => void): void;
declare function matchMedia(query: string): { readonly matches: boolean };

/** A frame as d3-flame-graph has it. */
interface Drawn {
  readonly data: Frame;
  readonly value: number;
  highlight?: boolean;
}

/** The height of a frame, and the least width of one, in pixels; how many functions are listed. */
const [HEIGHT, LEAST, ROWS] = [22, 0.5, 15];
const { title, trees }: { title: string; trees: Frame[] } = JSON.parse(document.getElementById('data').textContent);
const [chart, thread, find, whole, detail, table] = ['chart', 'thread', 'find', 'whole', 'detail', 'table'].map((id) =>
  document.getElementById(id),
) as [Element, Element, Element, Element, Element, Element];
const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
let graph: ReturnType<typeof flamegraph> | undefined;

/** One thread's tree, or all of them side by side. */
function shown(): Frame {
  const one = trees[Number(thread.value)];
  if (one !== undefined) return one;
  const all = frame({ name: title, at: '', kind: 'program' });
  return { ...all, value: trees.reduce((sum, { value }) => sum + value, 0), children: trees };
}

function time(microseconds: number): string {
  return microseconds < 1e6 ? `${(microseconds / 1e3).toFixed(1)} ms` : `${(microseconds / 1e6).toFixed(2)} s`;
}

function draw(): void {
  const root = shown();
  const share = (value: number): string => `${((100 * value) / root.value).toFixed(1)}%`;
  graph?.destroy();
  graph = flamegraph()
    .width(chart.clientWidth)
    .cellHeight(HEIGHT)
    .minFrameSize(LEAST)
    .transitionDuration(still ? 0 : 200)
    .inverted(true)
    .resetHeightOnZoom(true)
    .setLabelHandler(({ data, value }: Drawn) => `${data.name} · ${share(value)}, ${time(value)} ${data.at}`)
    .setColorMapper(({ data, highlight }: Drawn) => `var(--${highlight ? 'found' : data.kind})`)
    .setSearchMatch(({ data }: Drawn, term: string) => contains(data, term))
    .setSearchHandler((_found: readonly Drawn[], sum: number) => {
      detail.textContent = `“${find.value}”: ${share(sum)}, ${time(sum)}`;
    })
    .setDetailsHandler((text: string | null) => {
      if (text !== null) detail.textContent = text;
    });
  select('#chart')
    .datum(structuredClone(root)) // it marks what it hides
    .call(graph);
  list(root, share);
  search();
}

function contains({ name, at }: Frame, term: string): boolean {
  return term !== '' && `${name} ${at}`.toLowerCase().includes(term.toLowerCase());
}

function search(): void {
  if (find.value !== '') graph?.search(find.value);
  else graph?.clear();
}

/** The functions that have spent the most time themselves. */
function list(root: Frame, share: (value: number) => string): void {
  table.innerHTML = '';
  for (const { name, at, kind, own } of hottest(root).slice(0, ROWS)) {
    const place = element('small', at);
    const colour = element('i', '');
    colour.className = kind;
    const cells = [element('td', share(own)), element('td', time(own)), element('td', '')];
    cells[2]!.append(colour, element('span', name), place);
    const row = element('tr', '');
    row.append(...cells);
    table.append(row);
  }
}

function element(name: string, text: string): Element {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

thread.addEventListener('change', draw);
find.addEventListener('input', search);
whole.addEventListener('click', () => graph?.resetZoom());
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') graph?.resetZoom();
});
addEventListener('resize', () => graph?.width(chart.clientWidth).update());
draw();
