/** A directory as a page: its names, escaped, with links that mean the same bytes. */

import { type Dirent, lstatSync, opendirSync } from 'node:fs';

/** So many names are shown of a directory that has more: while they are looked at, nobody else is served. */
const MOST = 1000;

const STYLE = `
:root { color-scheme: light dark; --ink: #1b2024; --soft: #4f575e; --line: #dcdcd4; --paper: #fcfcf9; --own: #a9450d; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e6e3; --soft: #a7b0b4; --line: #2b3337; --paper: #111517; --own: #f39a62; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 720px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { margin: 0 0 24px; font-size: 22px; line-height: 1.4; overflow-wrap: anywhere; }
a { color: var(--own); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
table { width: 100%; border-collapse: collapse; }
td, th { padding: 8px 0; vertical-align: top; text-align: left; overflow-wrap: anywhere; }
th { color: var(--soft); font-size: 14px; font-weight: 400; }
td { border-top: 1px solid var(--line); }
td + td, th + th { padding-left: 20px; color: var(--soft); text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
p { color: var(--soft); }
`;

// #region escape
/** A text for HTML, between tags or in quotes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A name for a link: every byte that is no letter, digit or -._~ as %xx, for a name may be any bytes. */
function encode(name: Buffer): string {
  return name
    .toString('latin1')
    .replace(/[^\w.~-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`);
}
// #endregion escape

/** An entry of a directory, as it is shown. */
interface Entry {
  readonly name: Buffer;
  readonly directory: boolean;
  /** Of a file, in bytes. */
  readonly size: number | undefined;
}

/** What a directory holds, directories first. @param path where it can be read, without a slash at the end */
function entries(path: string): { entries: Entry[]; more: boolean } {
  const found: Entry[] = [];
  let more = false;
  const directory = opendirSync(path, { encoding: 'buffer' as BufferEncoding });
  try {
    for (let entry = directory.readSync(); entry !== null && !more; entry = directory.readSync()) {
      more = found.length === MOST;
      if (!more) found.push(look(path, entry as unknown as Dirent<Buffer>));
    }
  } finally {
    directory.closeSync();
  }
  found.sort((a, b) => Number(b.directory) - Number(a.directory) || Buffer.compare(a.name, b.name));
  return { entries: found, more };
}

function look(path: string, entry: Dirent<Buffer>): Entry {
  const { name } = entry;
  // A symbolic link is not followed, not even to tell how large a file is that may lie elsewhere.
  const status = entry.isFile()
    ? lstatSync(Buffer.concat([Buffer.from(`${path}/`), name]), { throwIfNoEntry: false })
    : undefined;
  return { name, directory: entry.isDirectory(), size: status?.size };
}

/** The path of a directory, each of its names with a link to it. */
function crumbs(names: readonly Buffer[]): string {
  const links = names.map((name, i) => {
    const text = escapeHtml(name.toString());
    return i === names.length - 1 ? text : `<a href="${'../'.repeat(names.length - 1 - i)}">${text}</a>`;
  });
  const root = names.length === 0 ? '' : `<a href="${'../'.repeat(names.length)}" aria-label="root">/</a> `;
  return `${root}${links.join(' / ')}${names.length === 0 ? '/' : ' /'}`;
}

/**
 * A directory's page.
 *
 * @param path where it can be read
 * @param names its path below the root
 * @throws an error of node:fs when it cannot be read
 */
export function listing(path: string, names: readonly Buffer[]): string {
  const { entries: found, more } = entries(path);
  const rows = found.map(({ name, directory, size }) => {
    const slash = directory ? '/' : '';
    const link = `<a href="./${encode(name)}${slash}">${escapeHtml(name.toString())}${slash}</a>`;
    return `<tr><td>${link}</td><td>${size === undefined ? '' : size.toLocaleString('en')}</td></tr>\n`;
  });
  const title = escapeHtml(`/${names.map((name) => `${name.toString()}/`).join('')}`);
  const table =
    rows.length === 0
      ? '<p>Nothing is in it.</p>'
      : `<table>\n<tr><th>name</th><th>bytes</th></tr>\n${rows.join('')}</table>`;
  const rest = more ? `<p>There are more than these ${MOST.toLocaleString('en')}.</p>` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${crumbs(names)}</h1>
${table}
${rest}
</main>
</body>
</html>
`;
}
