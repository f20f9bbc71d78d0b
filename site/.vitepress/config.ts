/** The site's configuration: which texts are pages, what is checked before and after the build, how code is rendered. */
import { join, relative } from 'node:path';
import { defineConfig, type Plugin, type SiteConfig } from 'vitepress';
import { readChapters } from '../../chapters/chapters.ts';
import { checkAnchors } from '../anchors.ts';
import { checkText, checkTexts } from '../checks.ts';
import { highlight } from '../highlight.ts';
import { extendMarkdown } from '../markdown.ts';
import { markdownFiles, pageOf } from '../pages.ts';
import { root } from '../root.ts';
import { sidebar } from '../sidebar.ts';
import { describe } from '../text.ts';

const base = `/${process.env.SITE_BASE ?? ''}/`.replace(/\/+/g, '/');
const chapters = readChapters(root);
const first = chapters[0];
const mark = { rel: 'icon', type: 'image/svg+xml', href: `${base}mark.svg` };

function refuse(lines: string[]): void {
  if (lines.length === 0) return;
  const error = new Error(lines.join('\n'));
  error.stack = `${lines.length} fault(s) in the texts`;
  throw error;
}

/** A build stops at the first look if any text is wrong; `vitepress dev` shows the faults of the page being read. */
function checkTheTexts(): Plugin {
  let building = true;
  return {
    name: 'workshop:texts',
    enforce: 'pre',
    configResolved: (config) => {
      building = config.command === 'build';
    },
    buildStart: () => {
      if (building) refuse(checkTexts(root).map(describe));
    },
    transform: (_code, id) => {
      const file = relative(root, id);
      if (!building && pageOf(file) !== undefined && !file.startsWith('site/source/')) {
        refuse(checkText(root, file).map(describe));
      }
    },
  };
}

/**
 * VitePress's outline looks where the reader is up to 100 ms after a scroll, even when its page has gone by then, and
 * fails, as its marker is null. Here it looks no more.
 */
function letTheOutlineGo(): Plugin {
  const look = 'function setActiveLink() {';
  return {
    name: 'workshop:outline',
    transform: (code, id) => {
      if (!/\/theme-default\/composables\/outline\.js(\?|$)/.test(id)) return;
      if (!code.includes(look)) throw new Error(`${id} has no "${look}" any more: is this mend still needed?`);
      return code.replace(look, `${look} if (!marker.value) return;`); // in its line, so that source maps hold
    },
  };
}

/** While the site is being written, VitePress adds the head's links by a script: too late for the browser, which asks for /favicon.ico by then. */
function showTheMark(): Plugin {
  return {
    name: 'workshop:mark',
    apply: 'serve',
    transformIndexHtml: () => [{ tag: 'link', attrs: mark }],
  };
}

function checkTheAnchors(site: SiteConfig): void {
  const dead = checkAnchors(site.outDir, site.site.base);
  refuse(
    dead.map(({ page, message }) => {
      const built = page.replace(/\.html$/, '.md');
      return `${site.rewrites.inv[built] ?? built}: ${message}`;
    }),
  );
}

export default defineConfig({
  lang: 'en',
  title: 'Ten Thousand Sockets',
  titleTemplate: ':title · Ten Thousand Sockets',
  description: 'A literate workshop on concurrent server design in TypeScript, with the real system calls.',
  base,
  srcDir: root,
  srcExclude: markdownFiles(root).filter((file) => pageOf(file) === undefined),
  rewrites: (file) => pageOf(file) ?? file,
  head: [
    ['link', mark],
    ['meta', { name: 'theme-color', content: '#0b5f66' }],
  ],
  markdown: {
    highlight,
    config: (md) => extendMarkdown(md, root, base),
  },
  vite: {
    // Only one page draws: found late, it would load every page once more.
    optimizeDeps: { include: ['@observablehq/plot'] },
    publicDir: join(root, 'site/public'),
    plugins: [checkTheTexts(), letTheOutlineGo(), showTheMark()],
    // What `make start` says of the first server stays on the screen.
    clearScreen: false,
    // A page is not loaded anew because a site was built, or a profile drawn, beside it.
    server: { watch: { ignored: ['**/.vitepress/dist/**', '**/*-profile.html'] } },
  },
  buildEnd: checkTheAnchors,
  themeConfig: {
    logo: { src: '/mark.svg', alt: '' },
    nav: [
      ...(first ? [{ text: 'Chapters', link: `/${first.name}/`, activeMatch: '^/\\d\\d-' }] : []),
      { text: 'The ladder', link: '/#ladder' },
      { text: 'Watch', link: '/watch' },
      { text: 'Compare', link: '/race' },
      { text: 'Teach it', link: '/teach' },
      {
        text: 'Reference',
        items: [
          { text: 'System calls', link: '/calls' },
          { text: 'Glossary', link: '/glossary' },
        ],
      },
    ],
    sidebar: sidebar(root, chapters),
    outline: { level: [2, 3], label: 'On this page' },
    search: { provider: 'local' },
    notFound: {
      title: 'No such page',
      quote: 'This address answers with nothing, which is at least quicker than a timeout.',
      linkText: 'To the start page',
      linkLabel: 'To the start page',
    },
    footer: { message: 'Free software under the MIT License.' },
  },
});
