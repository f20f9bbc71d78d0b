/** Spelling: the words that people wrote, in texts, components and pictures, and which of them no dictionary knows. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import britain from 'dictionary-en-gb';
import nspell from 'nspell';
import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { markdownFiles } from './pages.ts';
import { type Line, type Problem, takeApart } from './text.ts';

/** Where the field's own words stand, one a line, from the repository's root. */
export const WORDS = 'site/words.txt';

/** What is said in words before a text; the other keys hold names, paths and code. */
const SAID = ['title', 'description', 'instructor', 'says', 'nudge'];

/** Blanks in the place of a text, so that what is left keeps its line. */
const blank = (text: string): string => text.replace(/[^\n]/g, ' ');
const without = (text: string, patterns: readonly RegExp[]): string =>
  patterns.reduce((rest, pattern) => rest.replace(pattern, (match) => blank(match)), text);

/** What is no prose in a page's template, beside its tags; of those, what is said of an element is. */
const TEMPLATE = [
  /<!--[\s\S]*?-->/g,
  /<(script|style|code|kbd)\b[\s\S]*?<\/\1>/g,
  /\{\{[\s\S]*?\}\}/g,
  /<[?!][^>]*>/g,
  /&\w+;/g,
];
const TAG = /<\/?[a-zA-Z](?:"[^"]*"|'[^']*'|[^"'>])*>/g;
const ATTRIBUTE = /(?<=\s(?:aria-label|title|alt)=")[^"]*/g;

/** The same in markdown: snippets, code spans, which may go over a line's end, targets of links, addresses, anchors. */
const MARKDOWN = [
  /^[\s>]*<<<.*$/gm,
  /(?<!`)(`+)(?!`)(?:(?!\n\s*\n)[\s\S])*?(?<!`)\1(?!`)/g,
  /(?<=\])\([^)]*\)/g,
  /^\s*\[[^\]]+\]:.*$/gm,
  /<?https?:[^\s>]+>?/g,
  /\{#[\w-]+\}/g,
];
/** And anywhere: files, functions, and what is spelt as only a program spells it. */
const NAMES = [/[\w./-]*\w\.(?:ts|mjs|js|c|json|md|svg|yaml|txt)\b/g, /[\w.#]+(?=\()/g, /(?<!\p{L})\p{Ll}+\p{Lu}\w*/gu];

function withoutTags(source: string): string {
  return without(source, TEMPLATE).replace(TAG, (tag) => {
    let kept = blank(tag);
    for (const { 0: said, index } of tag.matchAll(ATTRIBUTE)) {
      kept = kept.slice(0, index) + said + kept.slice(index + said.length);
    }
    return kept;
  });
}

/** Front matter with blanks for all that is not said in words. */
function saidIn(yaml: string): string {
  let kept = blank(yaml);
  const keep = (node: unknown): void => {
    if (isSeq(node)) for (const item of node.items) keep(item);
    const range = isScalar(node) ? (node as Node).range : undefined;
    if (range) kept = kept.slice(0, range[0]) + yaml.slice(range[0], range[1]) + kept.slice(range[1]);
  };
  const look = (node: unknown): void => {
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      if (isScalar(key) && SAID.includes(String(key.value))) keep(value);
      else look(value);
    }
  };
  look(parseDocument(yaml).contents);
  return kept;
}

function withoutCode(markdown: string): string {
  const lines = markdown.split(/\r?\n/);
  const end = lines[0] === '---' ? lines.indexOf('---', 1) : 0;
  const matter = end > 0 ? ['', ...saidIn(lines.slice(1, end).join('\n')).split('\n')] : [];
  const prose = new Map(takeApart(markdown).prose.map(({ number, text }) => [number, text]));
  return without(lines.map((_, index) => matter[index] ?? prose.get(index + 1) ?? '').join('\n'), MARKDOWN);
}

/**
 * Takes the words out of a text, a component or a picture.
 * @param file its path; the end of it says which of them it is
 * @param source the whole file
 * @returns every word with its line, without what makes it possessive; a letter is none, nor is what has a digit or `_` in it, nor
 *   what is all capitals: an abbreviation, or a constant's name
 */
export function wordsIn(file: string, source: string): Line[] {
  const prose = without(withoutTags(file.endsWith('.md') ? withoutCode(source) : source), NAMES);
  return prose.split('\n').flatMap((line, index) =>
    [...line.matchAll(/[\p{L}\p{N}_]+(?:['’]\p{L}+)*/gu)]
      .map(([word]) => word.replaceAll('’', "'").replace(/'s$/, ''))
      .filter((word) => /^[\p{L}']{2,}$/u.test(word) && !/^\p{Lu}+$/u.test(word))
      .map((text) => ({ number: index + 1, text })),
  );
}

/** The files that people write and the site shows; what a program has written for a text to include is not among them. */
export function spelledFiles(root: string): string[] {
  const below = (folder: string, ...ends: string[]): string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => ends.some((end) => file.endsWith(end)))
      .map((file) => `${folder}/${file}`)
      .sort();
  const texts = markdownFiles(root).filter((file) => /(^|\/)[A-Z]+\.md$|^site\//.test(file));
  return [...texts, ...below('chapters', '.svg'), ...below('site/.vitepress/theme', '.vue')];
}

/**
 * Makes a judge of words.
 * @param own words beside the dictionary's; one in small letters may begin a sentence
 * @returns whether a word is known
 */
export function speller(own: readonly string[]): (word: string) => boolean {
  const dictionary = nspell({ aff: Buffer.from(britain.aff), dic: Buffer.from(britain.dic) });
  const known = new Set(own);
  const asked = new Map<string, boolean>();
  return (word) => {
    let answer = asked.get(word);
    if (answer === undefined) {
      answer = known.has(word) || known.has(word[0]!.toLowerCase() + word.slice(1)) || dictionary.correct(word);
      asked.set(word, answer);
    }
    return answer;
  };
}

/**
 * Finds what is misspelt in a repository.
 * @param knows as speller makes it
 * @returns by file and line
 */
export function checkSpelling(root: string, knows: (word: string) => boolean): Problem[] {
  return spelledFiles(root).flatMap((file) =>
    wordsIn(file, readFileSync(join(root, file), 'utf8'))
      .filter(({ text }) => !knows(text))
      .map(({ number, text }) => ({ file, line: number, message: `"${text}" is not in the word list` })),
  );
}
