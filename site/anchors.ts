/** Checks the built pages: every link within the site leads to a file, and every #anchor to an element of that page. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Page {
  ids: Set<string>;
  links: string[];
}

/** A link that leads nowhere, and the built page it stands on. */
export interface DeadAnchor {
  /** Path of the page below the output folder: `09-epoll/index.html`. */
  page: string;
  href: string;
  message: string;
}

function decodeEntities(attribute: string): string {
  return attribute.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function readPage(file: string): Page {
  const html = readFileSync(file, 'utf8');
  const ids = [...html.matchAll(/<[^>]*\sid="([^"]*)"/g)].map((match) => decodeEntities(match[1] ?? ''));
  const links = [...html.matchAll(/<a\b[^>]*\shref="([^"]*)"/g)].map((match) => decodeEntities(match[1] ?? ''));
  return { ids: new Set(ids), links };
}

/**
 * Checks the links of a built site.
 * @param outDir absolute path of the folder the site was built into
 * @param base the site's base, with slashes at both ends: `/` or `/workshop/`
 * @returns the links that lead nowhere; external links are not followed
 */
export function checkAnchors(outDir: string, base: string): DeadAnchor[] {
  const files = readdirSync(outDir, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));
  const pages = new Map(files.map((file) => [file, readPage(join(outDir, file))]));
  const dead: DeadAnchor[] = [];
  for (const [page, { links }] of pages) {
    for (const href of new Set(links)) {
      const url = new URL(href, `http://site${base}${page}`);
      if (url.host !== 'site') continue;
      const path = decodeURIComponent(url.pathname);
      const file = path.slice(base.length).replace(/(^|\/)$/, '$1index.html');
      const anchor = decodeURIComponent(url.hash.slice(1));
      if (!path.startsWith(base) || !existsSync(join(outDir, file))) {
        dead.push({ page, href, message: `dead link ${href}: no such page` });
      } else if (anchor !== '' && pages.get(file)?.ids.has(anchor) === false) {
        dead.push({ page, href, message: `dead anchor ${href}: ${file} has no element with the id "${anchor}"` });
      }
    }
  }
  return dead;
}
