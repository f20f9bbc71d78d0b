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
