/** What the site adds to VitePress's markdown: links become addresses, snippets name their source, terms lead to the glossary, chapters get a head and a replay, differences and pictures are put in. */
import { existsSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { readChapters } from '../chapters/chapters.ts';
import { differenceHtml } from './difference-html.ts';
import { type Comparison, comparisonsOf } from './differences.ts';
import { linkTerms } from './glossary.ts';
import { isRelative, siteAddress, targetOf } from './links.ts';
import { inlinePictures } from './pictures.ts';

/** The part of VitePress's rendering environment that is used here. */
interface Environment {
  /** Absolute path of the page after rewriting; VitePress gives none where it renders a lone title. */
  path?: string;
  /** Absolute path of the text itself; the search index does not give it, its `path` is the text. */
  realPath?: string;
  /** Addresses that VitePress checks for dead links. */
  links?: string[];
}

/** What VitePress adds to the token of a snippet: its file's absolute path and its region. */
interface Snippet {
  src: [file: string, region: string];
}

function fileOf(root: string, env: Environment): string {
  return relative(root, env.realPath ?? env.path ?? root).replaceAll('\\', '/');
}

/** Turns a relative link to a text or a source file into the address of its page; what leads nowhere stays as it is. */
function rewriteLinks(md: MarkdownRenderer, root: string): void {
  md.core.ruler.push('repository_links', (state) => {
    const file = fileOf(root, state.env);
    for (const token of state.tokens.flatMap((block) => block.children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href === null || !isRelative(href)) continue;
      const address = siteAddress(root, targetOf(file, href));
      if (address !== undefined) token.attrSet('href', address + (/#.*$/.exec(href)?.[0] ?? ''));
    }
  });
}

/** Puts the chapter's description, its traits and the way to its whole server under its heading. */
function addChapterHead(md: MarkdownRenderer, root: string, comparisons: (file: string) => Comparison[]): void {
  md.core.ruler.push('chapter_head', (state) => {
    const file = fileOf(root, state.env);
    if (!/^chapters\/\d\d-[^/]+\/README\.md$/.test(file)) return;
    const heading = state.tokens.findIndex((token) => token.type === 'heading_close' && token.tag === 'h1');
    const head = new state.Token('html_block', '', 0);
    const server = posix.join(posix.dirname(file), 'server.ts');
    const whole = existsSync(join(root, server)) ? ` server="${server}"` : '';
    const [changes] = comparisons(file);
    head.content = `<ChapterHead${whole}${changes === undefined ? '' : ` changes="${changes.button}"`} />\n`;
    state.tokens.splice(heading + 1, 0, head);
  });
}

/** Puts a chapter's difference where its code has been read, and an exercise's behind its text. */
function addDifferences(md: MarkdownRenderer, root: string, comparisons: (file: string) => Comparison[]): void {
  md.core.ruler.push('differences', (state) => {
    // The search index, which gives no path of the text, is to have the texts alone.
    if ((state.env as Environment).realPath === undefined) return;
    const { tokens } = state;
    const shown = comparisons(fileOf(root, state.env)).map(({ id, button, from, to }) => {
      const { html, added, removed } = differenceHtml(root, from, to);
      const token = new state.Token('html_block', '', 0);
      token.content = `<Difference name="${id}" button="${button}" :added="${added}" :removed="${removed}">${html}</Difference>\n`;
      return token;
    });
    const sections = tokens.flatMap(({ type, tag }, i) => (type === 'heading_open' && tag === 'h2' ? [i] : []));
    const code = sections.findIndex((section) => tokens[section + 1]?.content === 'How it works');
    tokens.splice((code < 0 ? undefined : sections[code + 1]) ?? tokens.length, 0, ...shown);
  });
}

/** Puts the replay of a chapter under its picture, or under its head where it has none, if a recording stands beside the text. */
function addReplay(md: MarkdownRenderer, root: string): void {
  md.core.ruler.before('pictures', 'replay', (state) => {
    const [, chapter] = /^chapters\/(\d\d-[^/]+)\/README\.md$/.exec(fileOf(root, state.env)) ?? [];
    if (chapter === undefined || !existsSync(join(root, 'chapters', chapter, 'recording.json'))) return;
    const picture = state.tokens.findIndex(({ children }) => children?.some(({ type }) => type === 'image'));
    const head = state.tokens.findIndex(({ type, tag }) => type === 'heading_close' && tag === 'h1') + 1;
    const replay = new state.Token('html_block', '', 0);
    replay.content = `<Replay chapter="${chapter}" />\n`;
    state.tokens.splice(picture < 0 ? head + 1 : picture + 2, 0, replay); // behind its paragraph's end
  });
}

/** Puts over each snippet the file it is cut from, with a link to the whole of it. */
function nameSources(md: MarkdownRenderer, root: string, base: string): void {
  const fence = md.renderer.rules.fence;
  if (!fence) return;
  md.renderer.rules.fence = (tokens, index, options, env: Environment, self) => {
    const html = fence(tokens, index, options, env, self);
    // VitePress keeps a snippet's file on its token, in a property that markdown-it does not declare.
    const source = (tokens[index] as Partial<Snippet> | undefined)?.src?.[0];
    if (source === undefined || fileOf(root, env).startsWith('site/source/')) return html;
    const file = relative(root, source).replaceAll('\\', '/');
    const address = `/source/${file}.html`;
    env.links = [...(env.links ?? []), address];
    const caption = `<a href="${posix.join(base, address)}">${md.utils.escapeHtml(file)}</a>`;
    return html.replace(/^<div [^>]*>/, (open) => `${open}<div class="snippet-source">${caption}</div>`);
  };
}

/**
 * Extends VitePress's markdown renderer.
 * @param md the renderer, as `markdown.config` is given it
 * @param root absolute path of the repository
 * @param base the site's base, with slashes at both ends
 */
export function extendMarkdown(md: MarkdownRenderer, root: string, base: string): void {
  const chapters = readChapters(root);
  const comparisons = (file: string): Comparison[] => comparisonsOf(root, chapters, file);
  rewriteLinks(md, root);
  linkTerms(md, root, (env) => fileOf(root, env as Environment));
  addChapterHead(md, root, comparisons);
  addDifferences(md, root, comparisons);
  nameSources(md, root, base);
  inlinePictures(md, root, (env) => fileOf(root, env));
  addReplay(md, root);
}
