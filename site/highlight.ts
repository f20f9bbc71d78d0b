/** Colours code. Shiki's engine in JavaScript takes half the time of the one that VitePress comes with, and one theme half of two. */
import { createHighlighterCoreSync, type ThemedToken } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import c from 'shiki/langs/c.mjs';
import json from 'shiki/langs/json.mjs';
import make from 'shiki/langs/make.mjs';
import sh from 'shiki/langs/shellscript.mjs';
import shellsession from 'shiki/langs/shellsession.mjs';
import typescript from 'shiki/langs/typescript.mjs';
import vue from 'shiki/langs/vue.mjs';
import yaml from 'shiki/langs/yaml.mjs';
import { codeTheme } from './code-theme.ts';

const highlighter = createHighlighterCoreSync({
  themes: [codeTheme],
  langs: [c, json, make, sh, shellsession, typescript, vue, yaml],
  engine: createJavaScriptRegexEngine(),
});
const theme = 'sockets';

/** The tokens of each line of a TypeScript program. */
export function tokensOf(code: string): ThemedToken[][] {
  return highlighter.codeToTokensBase(code, { lang: 'typescript', theme });
}

/**
 * Renders a block of code, as `markdown.highlight` of VitePress shall.
 *
 * @param info the language, and behind a colon how VitePress is to show it: `ts:line-numbers`
 */
export function highlight(code: string, info: string): string {
  const lang = info.replace(/:.*$/, '').toLowerCase();
  return highlighter.codeToHtml(code.trimEnd(), {
    lang: highlighter.getLoadedLanguages().includes(lang) ? lang : 'text',
    theme,
    transformers: [
      {
        pre(node) {
          this.addClassToHast(node, 'vp-code');
          delete node.properties.style;
          node.properties['v-pre'] = ''; // its braces are not Vue's
        },
        line(node) {
          if (node.children.length === 0)
            node.children.push({ type: 'element', tagName: 'wbr', properties: {}, children: [] });
        },
      },
    ],
  });
}
