/** Where a relative link in a text leads on the site: to a page, or to a source file shown whole. */
import { statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { addressOf, pageOf } from './pages.ts';
import { linksIn, type Problem, takeApart } from './text.ts';

/** The kinds of source file the site can show, and the language each is highlighted as. */
const languages = new Map([
  ['.ts', 'ts'],
  ['.c', 'c'],
  ['.h', 'c'],
  ['.sh', 'sh'],
  ['.json', 'json'],
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.vue', 'vue'],
  ['Makefile', 'make'],
]);

/** The language of a source file by its name; undefined where the site does not show such files. */
export function languageOf(file: string): string | undefined {
  return languages.get(posix.extname(file) || posix.basename(file));
}

/** Whether a link is relative to the text it stands in: no scheme, not from the root, not within the page. */
export function isRelative(href: string): boolean {
  return !/^([a-z][a-z+.-]*:|[/#])/i.test(href);
}

/**
 * The file or folder that a relative link names, whether or not it exists.
 * @param file the text's path from the repository's root
 * @param href the link as written, with or without #anchor
 * @returns a path from the root, without a slash at the end; it begins with `..` where the link leaves the repository
 */
export function targetOf(file: string, href: string): string {
  const path = decodeURIComponent(href.replace(/[?#].*$/, ''));
  return posix.join(posix.dirname(file), path).replace(/\/$/, '');
}

/**
 * The address on the site of what a relative link names.
 * @param root absolute path of the repository
 * @param target a path from the root as `targetOf` gives it
 * @returns `/02-select/`, `/source/lib/sys/epoll.ts.html`; undefined where nothing stands there or the site does not show it
 */
export function siteAddress(root: string, target: string): string | undefined {
  if (target.startsWith('..')) return undefined;
  if (['.', 'README.md', 'chapters', 'chapters/README.md'].includes(target)) return '/';
  const stat = statSync(join(root, target), { throwIfNoEntry: false });
  if (stat?.isDirectory()) return siteAddress(root, posix.join(target, 'README.md'));
  if (!stat) return undefined;
  const page = pageOf(target);
  if (page !== undefined) return addressOf(page);
  return languageOf(target) === undefined ? undefined : `/source/${target}.html`;
}

/**
 * Checks that every relative link of a text leads somewhere.
 * @param root absolute path of the repository
 * @param file the text's path from the root
 * @param markdown the whole file
 */
export function checkLinks(root: string, file: string, markdown: string): Problem[] {
  return linksIn(takeApart(markdown).prose).flatMap(({ number, text }) => {
    if (!isRelative(text)) return [];
    const target = targetOf(file, text);
    if (siteAddress(root, target) !== undefined) return [];
    const exists = !target.startsWith('..') && statSync(join(root, target), { throwIfNoEntry: false });
    const why = exists ? 'the site has no page for it' : 'it does not exist';
    return [{ file, line: number, message: `dead link ${text}: ${why} (${target})` }];
  });
}
