/** A page with what a load has shown: plots drawn here, so that it opens anywhere, without a server or a script. */

import { escaped, htmlPage, mark, STYLE } from '../html.ts';
import type { Histogram } from './histogram.ts';
import type { Options } from './options.ts';
import { plots } from './plots.ts';
import { behind, PERCENTILES, problems } from './report.ts';
import type { Result } from './result.ts';
import type { Load } from './run.ts';
import { bytes, count, many, time } from './units.ts';
import { commandOf, whereOf } from './words.ts';

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
  return htmlPage(
    title,
    STYLE,
    `<p>${escaped(what.join(', '))}</p>
${mark(result.partial)}
${facts(result)}
${wrong(result)}
${table(result)}
${plots(result)
  .map(({ title: heading, text, wide, narrow }) => {
    const figure = `<figure><div class="wide">${wide}</div><div class="narrow">${narrow}</div></figure>`;
    return `<section><h2>${escaped(heading)}</h2><p>${escaped(text)}</p>${figure}</section>`;
  })
  .join('\n')}`,
  );
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
