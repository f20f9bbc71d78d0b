/** Which markdown files of the repository are pages of the site, and at what address each stands. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const chapter = /^chapters\/(\d\d-[\w-]+)\/README\.md$/;
const folder = /^((?:lib|lab|exercises)(?:\/[\w-]+)?)\/README\.md$/;
const own = /^site\/([\w-]+\.md|source\/.+\.md)$/;

/**
 * Maps a markdown file to the page VitePress makes of it.
 * @param file path from the repository's root: `chapters/09-epoll/README.md`
 * @returns the page's path: `09-epoll/index.md`; undefined where the file is not a page
 */
export function pageOf(file: string): string | undefined {
  const readme = chapter.exec(file) ?? folder.exec(file);
  return readme ? `${readme[1]}/index.md` : own.exec(file)?.[1];
}

/**
 * The address of a page below the site's base.
 * @param page a page's path as `pageOf` gives it
 * @returns `/09-epoll/` for `09-epoll/index.md`, `/source/lib/a.ts.html` for `source/lib/a.ts.md`
 */
export function addressOf(page: string): string {
  return `/${page.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '.html')}`;
}

/**
 * Finds every markdown file of the repository, except in node_modules and in hidden or built folders.
 * @param root absolute path of the repository
 * @returns paths from the root, sorted
 */
export function markdownFiles(root: string): string[] {
  const found: string[] = [];
  const walk = (dir: string): void => {
    for (const entry of readdirSync(join(root, dir), { withFileTypes: true })) {
      const path = dir === '' ? entry.name : `${dir}/${entry.name}`;
      if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === 'dist') continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.name.endsWith('.md')) found.push(path);
    }
  };
  walk('');
  return found.sort();
}
