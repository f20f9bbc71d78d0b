/** What pages have in common that are one file, and open anywhere. */

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

/** Text as HTML. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** A page of one file, with nothing to ask of anybody. @param body as HTML, below the title */
export function htmlPage(title: string, style: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${body}
</body>
</html>
`;
}

/** Says of a result that it is partial, and why; nothing of a whole one. */
export function mark(partial: string | undefined): string {
  return partial === undefined ? '' : `<p class="partial">Partial result: ${escaped(partial)}</p>`;
}
