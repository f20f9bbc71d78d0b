/** The page with a flame graph: one file, which opens anywhere, without a server or a network. */

import { fileURLToPath } from 'node:url';
import { bundle } from '../../lib/program/bundle.ts';
import { escaped, htmlPage, mark } from '../html.ts';
import { type Frame, KIND_WORDS, KINDS } from './frames.ts';

/** What the page tells. */
export interface Told {
  /** As in `09-epoll: PING on 10 connections`. */
  readonly title: string;
  /** What was seen, in sentences. */
  readonly facts: readonly string[];
  /** Why it is not the whole. */
  readonly partial: string | undefined;
  readonly trees: readonly Frame[];
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b2024; --soft: #4f575e; --line: #c9cbc4; --paper: #fcfcf9; --warn: #a9450d; --focus: #0b5f66;
  --program: #f7c6a0; --lib: #efe0a1; --call: #a5dbdc; --node: #dcdfdb; --kernel: #cbc4ea; --found: #f08ac0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9ebe8; --soft: #a7b0b4; --line: #3d464a; --paper: #111517; --warn: #f39a62; --focus: #5fc9c5;
    --program: #85431a; --lib: #625418; --call: #17595c; --node: #39424a; --kernel: #483c80; --found: #97305f; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1440px; padding: 28px 24px 64px; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 32px 0 8px; }
p { margin: 4px 0; color: var(--soft); max-width: 80ch; }
.partial { color: var(--warn); font-weight: 600; }
form { display: flex; flex-wrap: wrap; gap: 12px 20px; align-items: center; margin: 24px 0 12px; }
label { color: var(--soft); display: flex; gap: 8px; align-items: center; min-width: 0; }
select, input, button { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 4px; padding: 5px 10px; min-width: 0; max-width: 100%; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
ul { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 0; margin: 0 0 12px; font-size: 14px; color: var(--soft); }
i { display: inline-block; width: 12px; height: 12px; margin-right: 8px; border: 1px solid var(--line); }
${KINDS.map((kind) => `i.${kind} { background: var(--${kind}); }`).join(' ')}
#detail { min-height: 3em; font-size: 14px; color: var(--ink); overflow-wrap: anywhere; max-width: none; }
#chart { min-height: 44px; }
svg { display: block; overflow: hidden; }
.frame rect { stroke: var(--paper); stroke-width: 1; }
.frame:hover rect { stroke: var(--ink); cursor: pointer; }
.frame.fade { opacity: 0.55; }
.d3-flame-graph-label { white-space: nowrap; text-overflow: ellipsis; overflow: hidden; font-size: 13px; line-height: 21px; margin: 0 5px; color: var(--ink); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 20px 4px 0; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { font-weight: 500; color: var(--soft); font-size: 14px; }
td { vertical-align: top; }
td:last-child, th:last-child { padding-right: 0; }
td:last-child { white-space: normal; overflow-wrap: anywhere; }
small { font-size: 14px; color: var(--soft); margin-left: 16px; }
:is(th, td):nth-child(-n + 2) { text-align: right; }
@media (max-width: 700px) { body { padding: 20px 16px 48px; } td small { display: block; margin-left: 20px; } }
`;

/** The page's script, with all that it imports; and no `</` in it, which would end it. */
function script(): string {
  const browser = ['--platform=browser', '--format=iife', '--target=es2022', '--charset=utf8', '--loader:.css=empty'];
  // d3-flame-graph looks at the name of one of d3's classes.
  const code = bundle(fileURLToPath(new URL('./view.ts', import.meta.url)), [...browser, '--minify', '--keep-names']);
  return code.toString().replaceAll('</', '<\\/');
}

/** The page. */
export function page({ title, facts, partial, trees }: Told): string {
  const data = JSON.stringify({ title, trees }).replaceAll('<', '\\u003c');
  const threads = trees.map(({ name }, i) => `<option value="${i}">${escaped(name)}</option>`).join('');
  const all = trees.length > 1 ? `<option value="all">all ${trees.length} threads</option>` : '';
  const present = new Set(trees.flatMap(kindsOf));
  const legend = KINDS.filter((kind) => present.has(kind)).map(
    (kind) => `<li><i class="${kind}"></i>${KIND_WORDS[kind]}</li>`,
  );
  return htmlPage(
    title,
    STYLE,
    `${mark(partial)}
${facts.map((fact) => `<p>${escaped(fact)}</p>`).join('\n')}
<form onsubmit="return false">
<label>Thread <select id="thread">${all}${threads}</select></label>
<label>Find <input id="find" type="search" placeholder="write, session.ts"></label>
<button id="whole" type="button">Show all</button>
</form>
<ul>${legend.join('')}</ul>
<div id="chart" role="img" aria-label="Flame graph; the table below has its widest frames"></div>
<p id="detail" aria-live="polite">Each bar is a function, as wide as the time in it; those below it are whom it called. Click one to have it fill the width.</p>
<h2>What took the time itself</h2>
<div class="scroll" tabindex="0" role="region" aria-label="The functions that took the most time"><table>
<thead><tr><th scope="col">share</th><th scope="col">time</th><th scope="col">function</th></tr></thead>
<tbody id="table"></tbody>
</table></div>
<script type="application/json" id="data">${data}</script>
<script>${script()}</script>`,
  );
}

function kindsOf({ kind, children }: Frame): Frame['kind'][] {
  return [kind, ...children.flatMap(kindsOf)];
}
