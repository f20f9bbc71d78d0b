/** The cases as a page that needs nothing but a browser. */

import { escaped, htmlPage, mark, STYLE } from '../html.ts';
import { sourceOf } from '../provenance.ts';
import { chart } from './chart.ts';
import { type Cases, rows } from './results.ts';

const WIDTHS = { wide: 720, narrow: 358 };

/** The page. */
export function page(all: Cases): string {
  const { cases, partial, provenance, duration } = all;
  const [head = [], ...body] = rows(all);
  const cells = (name: string, row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${name}>${escaped(cell)}</${name}>`).join('')}</tr>`;
  const passed = cases.filter((one) => one.passed).length;
  const bars = cases.some(({ bins = [] }) => bins.length > 0);
  return htmlPage(
    'The cases',
    STYLE,
    `<p>${passed} of ${cases.length} passed. ${escaped(sourceOf(provenance).replaceAll('`', ''))}, ${provenance.date.slice(0, 10)}</p>
${mark(partial)}
<div class="scroll"><table><thead>${cells('th', head)}</thead><tbody>${body.map((row) => cells('td', row)).join('')}</tbody></table></div>
${cases
  .filter(({ said }) => said !== undefined)
  .map(({ title, said }) => `<p>${escaped(title)}: <q>${escaped(said!)}</q></p>`)
  .join('\n')}
${
  bars
    ? `<h2>How long round trips took</h2>
<p>When all clients of a case were connected, all of them asked, for ${duration / 1000} seconds. Each bar is a class of times; the highest of a case is as high as that of any other.</p>
<figure><div class="wide">${chart(cases, WIDTHS.wide)}</div><div class="narrow">${chart(cases, WIDTHS.narrow)}</div></figure>`
    : ''
}`,
  );
}
