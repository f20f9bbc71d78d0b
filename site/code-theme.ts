/** The two themes of the code blocks: ink and a few accents, comments as legible as the code. */
import type { ThemeRegistrationRaw } from 'shiki';

interface Inks {
  text: string;
  comment: string;
  keyword: string;
  string: string;
  number: string;
  name: string;
  type: string;
}

function theme(name: string, type: 'light' | 'dark', background: string, inks: Inks): ThemeRegistrationRaw {
  return {
    name,
    type,
    colors: { 'editor.background': background, 'editor.foreground': inks.text },
    settings: [
      { settings: { background, foreground: inks.text } },
      { scope: ['comment', 'punctuation.definition.comment'], settings: { foreground: inks.comment } },
      { scope: ['keyword', 'storage', 'keyword.operator.new'], settings: { foreground: inks.keyword } },
      { scope: ['keyword.operator'], settings: { foreground: inks.text } },
      { scope: ['string', 'punctuation.definition.string', 'string.regexp'], settings: { foreground: inks.string } },
      { scope: ['constant.numeric', 'constant.language', 'constant.character'], settings: { foreground: inks.number } },
      { scope: ['entity.name.function', 'support.function'], settings: { foreground: inks.name } },
      { scope: ['entity.name.type', 'support.type', 'support.class'], settings: { foreground: inks.type } },
    ],
  };
}

/** Each ink stands at 5 : 1 or better on the block's background. */
export const codeThemes = {
  light: theme('sockets-light', 'light', '#f4f4ef', {
    text: '#23292f',
    comment: '#5b646c',
    keyword: '#8a3b12',
    string: '#256b3e',
    number: '#7a3e9d',
    name: '#0b5f7a',
    type: '#3d4fa3',
  }),
  dark: theme('sockets-dark', 'dark', '#0b0e10', {
    text: '#d9dedc',
    comment: '#93a0a6',
    keyword: '#f0a070',
    string: '#8fd19e',
    number: '#cfa9f0',
    name: '#7cc7e0',
    type: '#aab8f5',
  }),
};
