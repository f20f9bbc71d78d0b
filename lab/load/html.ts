/** A page with what a load has shown: plots drawn here, so that it opens anywhere, without a server or a script. */

import type { Histogram } from './histogram.ts';
import type { Options } from './options.ts';
import { plots } from './plots.ts';
import { behind, PERCENTILES, problems } from './report.ts';
import type { Result } from './result.ts';
import type { Load } from './run.ts';
import { bytes, count, many, time } from './units.ts';
import { commandOf, whereOf } from './words.ts';

/** How a page looks that stands alone. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b2024; --soft: #4f575e; --line: #c9cbc4; --paper: #fcfcf9; --own: #a9450d; --other: #0b5f66; --warn: #a9450d; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e6e3; --soft: #a7b0b4; --line: #3d464a; --paper: #111517; --own: #f39a62; --other: #5fc9c5; --warn: #f39a62; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1120px; padding: 32px 24px 64px; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 40px 0 4px; }
p { margin: 4px 0; color: var(--soft); max-width: 70ch; }
.partial { color: var(--warn); font-weight: 600; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 16px; margin: 24px 0; }
dt { color: var(--soft); font-size: 14px; }
dd { margin: 0; font-size: 22px; font-variant-numeric: tabular-nums; }
dd small { display: block; font-size: 14px; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 12px 4px 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
th { font-weight: 500; color: var(--soft); font-size: 14px; }
figure { margin: 8px 0 0; }
svg { display: block; max-width: 100%; height: auto; }
svg text { font: 14px/1 system-ui, sans-serif; }
.narrow { display: none; }
@media (max-width: 700px) { .wide { display: none; } .narrow { display: block; } body { padding: 20px 16px 48px; } }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 14px; }
`;

/** The page. */
export function html(options: Options, load: Load, result: Result): string {
  const title = `${commandOf(options)} at ${whereOf(options)}`;
  const what = [
    many(result.connections, 'connection'),
    many(result.processes, 'process', 'processes'),
    load.http ? 'HTTP' : 'lines',
    load.mode === 'open' ? `open loop${options.rate === undefined ? '' : `, ${count(options.rate)}/s`}` : 'closed loop',
    ...(load.pipeline > 1 ? [`${load.pipeline} requests at a time`] : []),
    ...(load.think > 0 ? [`${time(load.think)} of thinking`] : []),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(what.join(', '))}</p>
${result.partial === undefined ? '' : `<p class="partial">Partial result: ${escaped(result.partial)}</p>`}
${facts(result)}
${wrong(result)}
${table(result)}
${plots(result)
  .map(({ title: heading, text, wide, narrow }) => {
    const figure = `<figure><div class="wide">${wide}</div><div class="narrow">${narrow}</div></figure>`;
    return `<section><h2>${escaped(heading)}</h2><p>${escaped(text)}</p>${figure}</section>`;
  })
  .join('\n')}
</body>
</html>
`;
}

function facts({
  connecting,
  connections,
  requests,
  inTime,
  seconds,
  received,
  errors,
  unanswered,
  served,
}: Result): string {
  const rate = (number: number, time: number): string => `${count(number / Math.max(time, 1e-9))}/s`;
  const failures = [...errors.values()].reduce((sum, times) => sum + times, 0) + unanswered;
  const entries = [
    ['throughput', rate(inTime, seconds), `${bytes(received / Math.max(seconds, 1e-9))}/s`],
    ['requests', count(requests), `in ${time(seconds * 1e6)}`],
    [
      'connected',
      `${count(connecting.connected)}`,
      `of ${count(connections)}, ${rate(connecting.connected, connecting.seconds)}`,
    ],
    ['served', count(served), 'had an answer'],
    ['errors', count(failures), failures === 0 ? 'every byte was right' : 'see below'],
  ];
  const cell = ([name, value, more]: string[]): string =>
    `<div><dt>${name}</dt><dd>${value}<small>${more}</small></dd></div>`;
  return `<dl>${entries.map(cell).join('')}</dl>`;
}

function wrong(result: Result): string {
  const list = [...(result.unsent > 0 ? [behind(result)] : []), ...problems(result)];
  if (list.length === 0) return '';
  return `<pre>${escaped([...list, ...result.differences].join('\n'))}</pre>`;
}

function table({ roundTrips, service }: Result): string {
  if (roundTrips.count === 0) return '';
  const names = ['round trips', 'min', 'mean', ...PERCENTILES.map((percent) => `p${percent}`), 'max'];
  const cells = (name: string, trips: Histogram): string => {
    const values = [trips.least, trips.mean, ...PERCENTILES.map((percent) => trips.percentile(percent)), trips.most];
    return `<tr>${[name, ...values.map(time)].map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  };
  const rows =
    service === undefined ? cells('', roundTrips) : cells('from when due', roundTrips) + cells('from sending', service);
  const head = names.map((name) => `<th scope="col">${name}</th>`).join('');
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Text as HTML. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
