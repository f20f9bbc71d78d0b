/** The source files the site shows whole: each chapter's server, those that a text links to or cuts from, and those that they import. */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isRelative, languageOf, targetOf } from './links.ts';
import { addressOf, markdownFiles, pageOf } from './pages.ts';
import { snippetsIn } from './snippets.ts';
import { linksIn, takeApart } from './text.ts';

/** A file that has a page. */
export interface SourceFile {
  /** Path from the repository's root. */
  file: string;
  /** The files of the repository that it imports, by path from the root. */
  imports: string[];
  /** Addresses of the pages that link to it or cut from it. */
  readIn: string[];
}

/**
 * Finds the files that a TypeScript file imports by a relative path.
 * @param file its path from the repository's root
 * @param source its content
 */
function importsIn(file: string, source: string): string[] {
  const matches = source.matchAll(/^(?:import|export|\})[^'"\n]*['"](\.{1,2}\/[^'"]+)['"]/gm);
  return [...new Set([...matches].map((match) => posix.join(posix.dirname(file), match[1] ?? '')))];
}

/**
 * Collects the source files that need a page.
 * @param root absolute path of the repository
 * @returns sorted by path; files that do not exist are left out, the text checks name them
 */
export function sourceFiles(root: string): SourceFile[] {
  const found = new Map<string, SourceFile>();
  const add = (file: string): SourceFile | undefined => {
    const known = found.get(file);
    if (known || languageOf(file) === undefined || file.startsWith('..') || !existsSync(join(root, file))) return known;
    const imports = file.endsWith('.ts') ? importsIn(file, readFileSync(join(root, file), 'utf8')) : [];
    const entry: SourceFile = { file, imports, readIn: [] };
    found.set(file, entry);
    entry.imports = imports.filter((imported) => add(imported) !== undefined);
    return entry;
  };
  for (const text of markdownFiles(root)) {
    const page = pageOf(text);
    if (page === undefined) continue;
    const markdown = readFileSync(join(root, text), 'utf8');
    const linked = linksIn(takeApart(markdown).prose)
      .filter((link) => isRelative(link.text))
      .map((link) => targetOf(text, link.text));
    const cut = snippetsIn(text, markdown).map((snippet) => snippet.source);
    const server = /^chapters\/\d/.test(text) ? [posix.join(posix.dirname(text), 'server.ts')] : [];
    for (const file of new Set([...server, ...linked, ...cut])) add(file)?.readIn.push(addressOf(page));
  }
  return [...found.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}
