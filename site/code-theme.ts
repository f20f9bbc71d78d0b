/** The theme of the code blocks: ink and a few accents, which style.css has for light and dark; so code is looked through once. */
import type { ThemeRegistrationRaw } from 'shiki';

const ink = (name: string): string => `var(--tts-code-${name})`;

export const codeTheme: ThemeRegistrationRaw = {
  name: 'sockets',
  type: 'light',
  colors: { 'editor.background': 'var(--vp-code-block-bg)', 'editor.foreground': ink('text') },
  settings: [
    { settings: { background: 'var(--vp-code-block-bg)', foreground: ink('text') } },
    { scope: ['comment', 'punctuation.definition.comment'], settings: { foreground: ink('comment') } },
    { scope: ['keyword', 'storage', 'keyword.operator.new'], settings: { foreground: ink('keyword') } },
    { scope: ['keyword.operator'], settings: { foreground: ink('text') } },
    { scope: ['string', 'punctuation.definition.string', 'string.regexp'], settings: { foreground: ink('string') } },
    { scope: ['constant.numeric', 'constant.language', 'constant.character'], settings: { foreground: ink('number') } },
    { scope: ['entity.name.function', 'support.function'], settings: { foreground: ink('name') } },
    { scope: ['entity.name.type', 'support.type', 'support.class'], settings: { foreground: ink('type') } },
  ],
};
