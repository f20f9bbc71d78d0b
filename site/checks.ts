/** Checks the texts of all pages before the site is built: snippets, fences, links and differences. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readChapters } from '../chapters/chapters.ts';
import { checkDifferences } from './differences.ts';
import { checkLinks } from './links.ts';
import { markdownFiles, pageOf } from './pages.ts';
import { checkSnippets } from './snippets.ts';
import type { Problem } from './text.ts';

/**
 * Checks one text.
 * @param root absolute path of the repository
 * @param file the text's path from the root
 * @param chapters as `readChapters` gives them: whoever checks many texts reads them once
 * @returns what is wrong, in the order of the lines
 */
export function checkText(root: string, file: string, chapters = readChapters(root)): Problem[] {
  const markdown = readFileSync(join(root, file), 'utf8');
  const read = (path: string): string | undefined => {
    const whole = join(root, path);
    return statSync(whole, { throwIfNoEntry: false })?.isFile() ? readFileSync(whole, 'utf8') : undefined;
  };
  const problems = [
    ...checkDifferences(root, chapters, file),
    ...checkSnippets(file, markdown, read),
    ...checkLinks(root, file, markdown),
  ];
  return problems.sort((a, b) => a.line - b.line);
}

/** Checks the text of every page of the repository at `root`. */
export function checkTexts(root: string): Problem[] {
  const chapters = readChapters(root);
  return markdownFiles(root)
    .filter((file) => pageOf(file) !== undefined)
    .flatMap((file) => checkText(root, file, chapters));
}
