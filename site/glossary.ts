/** The glossary: its terms, read from its text, and the links that lead to them from the other texts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { isRelative, targetOf } from './links.ts';
import { linksIn } from './text.ts';

/** Where the glossary stands, from the repository's root. */
export const GLOSSARY = 'site/glossary.md';

/** A term, as the glossary has it. */
export interface Term {
  /** `half-close` */
  name: string;
  /** Other words for it, and other forms of it. */
  also: string[];
  /** Its anchor: `half-close`. */
  id: string;
  /** The first sentence of what is said of it, without marks. */
  meaning: string;
  /** The texts that explain it, from the root: there it is not linked. */
  explainedIn: string[];
}

/**
 * Reads the terms: each is a heading, a line of other words for it where there are some, and what it means.
 * @param markdown the whole glossary
 */
export function readTerms(markdown: string): Term[] {
  return [...markdown.matchAll(/^### (.+)\n((?:(?!^### )[^\n]*\n?)*)/gm)].map(([, name = '', text = '']) => {
    const also = /^\*also: (.+)\*$/m.exec(text)?.[1]?.split(', ') ?? [];
    const meaning = text.replace(/^\*also: .+\*$/m, '').trim();
    const plain = meaning
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll('`', '')
      .replace(/\s+/g, ' ');
    const links = linksIn(text.split('\n').map((line, number) => ({ number, text: line })));
    return {
      name,
      also,
      id: name.toLowerCase().replace(/[^\w]+/g, '-'),
      meaning: /^.+?[.](?= [A-Z]|$)/.exec(plain)?.[0] ?? plain,
      explainedIn: links.filter((link) => isRelative(link.text)).map((link) => targetOf(GLOSSARY, link.text)),
    };
  });
}

/**
 * Finds terms in running text.
 * @param terms as readTerms gives them
 * @returns a function from a piece of text to what it is made of: plain pieces, and pieces that are a term
 */
export function termFinder(terms: readonly Term[]): (text: string) => { text: string; term?: Term }[] {
  const words = new Map(terms.flatMap((term) => [term.name, ...term.also].map((word) => [word.toLowerCase(), term])));
  const longestFirst = [...words.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(?<![\\w-])(${longestFirst.join('|') || '(?!)'})(?![\\w-])`, 'gi');
  return (text) =>
    text.split(pattern).map((piece, place) => {
      const term = place % 2 === 1 ? words.get(piece.toLowerCase()) : undefined;
      return term === undefined ? { text: piece } : { text: piece, term };
    });
}

/** The terms of a repository; none where it has no glossary. */
export function terms(root: string): Term[] {
  try {
    return readTerms(readFileSync(join(root, GLOSSARY), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Links a term to the glossary where a text has it for the first time; in its paragraphs, not in headings, tables or links.
 * @param fileOf tells a text's path from the root by its rendering environment
 */
export function linkTerms(md: MarkdownRenderer, root: string, fileOf: (env: unknown) => string): void {
  const all = terms(root);
  const find = termFinder(all);
  md.core.ruler.push('glossary', (state) => {
    const file = fileOf(state.env);
    if (!/^(chapters|lib|lab|exercises)\//.test(file)) return;
    const seen = new Set(all.filter(({ explainedIn }) => explainedIn.includes(file)));
    state.tokens.forEach((block, index) => {
      if (block.type !== 'inline' || state.tokens[index - 1]?.type !== 'paragraph_open') return;
      let links = 0;
      block.children = (block.children ?? []).flatMap((token) => {
        if (token.type === 'link_open') links++;
        if (token.type === 'link_close') links--;
        if (token.type !== 'text' || links > 0) return [token];
        return find(token.content).flatMap(({ text, term }) => {
          const piece = new state.Token('text', '', 0);
          piece.content = text;
          if (term === undefined || seen.has(term)) return text === '' ? [] : [piece];
          seen.add(term);
          const open = new state.Token('link_open', 'a', 1);
          open.attrs = [
            ['href', `/glossary#${term.id}`],
            ['class', 'term'],
            ['title', term.meaning],
          ];
          return [open, piece, new state.Token('link_close', 'a', -1)];
        });
      });
    });
  });
}
