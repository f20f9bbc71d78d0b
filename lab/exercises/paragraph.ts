/** Paragraphs of texts, as `chapters/09-epoll/README.md#how-it-works` names them: by the heading above. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../exercises/exercises.ts';
import { takeApart } from '../../site/text.ts';

/** The anchor that VitePress gives a heading. */
function anchor(heading: string): string {
  return heading
    .replace(/[`*]|\b_|_\b|\[([^\]]*)\]\([^)]*\)/g, '$1') // an underscore within a word is no emphasis
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, '-')
    .replace(/^-|-$/g, '')
    .replace(/^(\d)/, '_$1')
    .toLowerCase();
}

/** So many lines of a paragraph are shown at most. */
const LINES = 14;

/**
 * What stands below a heading, up to the next one: its prose, without links, snippets, tables and boxes.
 *
 * @param address of a paragraph that is there
 * @returns paragraphs, each in one line, so many that they fit on a screen; the first one at least
 */
export function readParagraph(address: string): string[] {
  const [file = '', wanted] = address.split('#');
  const lines = takeApart(readFileSync(join(ROOT, file), 'utf8')).prose.map(({ text }) => text);
  const start = lines.findIndex((line) => /^#+ /.test(line) && anchor(line.replace(/^#+ /, '')) === wanted) + 1;
  const length = lines.slice(start).findIndex((line) => /^#+ /.test(line));
  const section = lines.slice(start, length < 0 ? undefined : start + length).join('\n');
  const paragraphs = section
    .split(/\n\s*\n/)
    .filter((text) => /^[\w`"*[(]/.test(text.trim()))
    .map(
      (text) =>
        text
          .trim()
          .replace(/\s*\n\s*/g, ' ')
          .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
          .replace(/\*\*([^*]+)\*\*/g, '$1')
          .replace(/:$/, '.'), // what it announces is not shown
    );
  let room = LINES;
  return paragraphs.filter((text, place) => {
    room -= Math.ceil(text.length / 74) + 1;
    return place === 0 || room >= 0;
  });
}

/** @returns what is wrong with the address of a paragraph; nothing when it is there */
export function findParagraph(address: string): string | undefined {
  const [file = '', wanted] = address.split('#');
  const path = join(ROOT, file);
  if (!existsSync(path)) return `there is no ${file}`;
  if (wanted === undefined) return undefined;
  const headings = takeApart(readFileSync(path, 'utf8')).prose.flatMap(({ text }) => /^#+ (.*)/.exec(text)?.[1] ?? []);
  if (headings.map(anchor).includes(wanted)) return undefined;
  return `${file} has no heading #${wanted}; there is #${headings.map(anchor).join(', #')}`;
}
