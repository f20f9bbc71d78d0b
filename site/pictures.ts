/** Pictures: an SVG file that a text shows is put into the page itself, so that it follows the site's switch to dark. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { isRelative, targetOf } from './links.ts';

/** A picture, taken apart for a page. */
export interface Picture {
  /** The `<svg>` element, with what it shows in words. */
  svg: string;
  /** The content of its `<style>`, which a page's template must not hold; empty where it has none. */
  style: string;
}

/** Whether an image is a file beside its text that is to be put into the page. */
function isPicture(src: string): boolean {
  return isRelative(src) && /\.svg$/i.test(src.replace(/[?#].*$/, ''));
}

/**
 * Takes an SVG file apart for a page. What was the file's own is left out: prolog, comments, title and description.
 * In the page a style counts everywhere, so the picture's selectors must begin with the picture's class; and it sees no
 * ids, which are for attributes alone.
 *
 * @param source the whole file
 * @param alt what the picture shows: its first sentence becomes the title, the rest the description; escaped, for HTML
 * @param prefix begins every id of the picture, so that no two pictures of a page share one
 * @returns undefined where the file is not an SVG element
 */
export function takePicture(source: string, alt: string, prefix: string): Picture | undefined {
  const plain = source.replace(/<!--[\s\S]*?-->/g, '');
  const [, attributes, content] = /^(?:\s|<[?!][^>]*>)*<svg\b([^>]*[^/>])>([\s\S]*)<\/svg>\s*$/.exec(plain) ?? [];
  if (attributes === undefined || content === undefined) return undefined;

  const styles: string[] = [];
  const inner = content
    .replace(/<style\b[^>]*>([\s\S]*?)<\/style>/g, (_element, style: string) => {
      styles.push(style.trim());
      return '';
    })
    .replace(/^(?:\s*<(title|desc)\b[^>]*>[\s\S]*?<\/\1>)+/, '')
    .replace(/\saria-label="[^"]*"/g, '') // what draws a chart names its groups; the picture has words of its own
    .replace(/(\sid=['"]|url\(['"]?#|href=['"]#)/g, `$1${prefix}-`)
    .replace(/\s*\n\s*/g, '\n')
    .trim();
  const own = attributes.replace(/\s+(?:id|role|style|xmlns|aria-[a-z]+)="[^"]*"/g, '');

  const [title = '', description = ''] = alt.split(/(?<=[.?!])\s+([\s\S]+)/);
  let names = `aria-labelledby="${prefix}-title"`;
  let words = `<title id="${prefix}-title">${title}</title>`;
  if (description !== '') {
    names += ` aria-describedby="${prefix}-desc"`;
    words += `<desc id="${prefix}-desc">${description}</desc>`;
  }
  // As wide as the file says, where the page has that much room.
  const size = 'display: block; max-width: 100%; height: auto; margin: 0 auto';
  return {
    svg: `<svg v-pre${own} role="img" ${names} style="${size}">${words}\n${inner}\n</svg>`, // v-pre: no Vue template
    style: styles.join('\n'),
  };
}

/**
 * Puts the SVG files that a text shows, `![what it shows](./picture.svg)`, into its page.
 *
 * @param md VitePress's renderer
 * @param root absolute path of the repository
 * @param fileOf gives a text's path from the root by the rendering environment
 * @throws Error, which ends a build, where a file is missing, is no SVG element, or is shown without words
 */
export function inlinePictures(md: MarkdownRenderer, root: string, fileOf: (env: object) => string): void {
  md.core.ruler.push('pictures', (state) => {
    const file = fileOf(state.env);
    const styles = new Set<string>();
    let count = 0;
    for (const token of state.tokens.flatMap((block) => block.children ?? [])) {
      const src = token.type === 'image' ? token.attrGet('src') : null;
      if (src === null || !isPicture(src)) continue;
      const target = targetOf(file, src);
      const path = join(root, target);
      if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
        throw new Error(`${file}: the picture ${src} does not exist (${target})`);
      }
      const alt = md.utils.escapeHtml(
        md.renderer.renderInlineAsText(token.children ?? [], md.options, state.env).trim(),
      );
      if (alt === '')
        throw new Error(`${file}: the picture ${src} needs words that say what it shows: ![words](${src})`);
      const picture = takePicture(readFileSync(path, 'utf8'), alt, `picture-${++count}`);
      if (picture === undefined) throw new Error(`${file}: the picture ${src} is not an SVG file`);
      if (picture.style !== '') styles.add(picture.style);
      token.type = 'html_inline';
      token.content = picture.svg;
    }
    // VitePress makes a block of style the page's own; Vue allows none within a template.
    for (const style of styles) {
      const block = new state.Token('html_block', '', 0);
      block.content = `<style>\n${style}\n</style>\n`;
      state.tokens.push(block);
    }
  });
}
