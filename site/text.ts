/** Takes a markdown text apart into what the checks look at: its lines of prose, its snippets, its fences and its links. */

/** A line, or what stands in it. */
export interface Line {
  /** 1 is the first line of the file, front matter included. */
  number: number;
  text: string;
}

/** Where a fence opens. */
export interface Fence {
  number: number;
  /** The first word after the opening marks, in lower case; empty where there is none. */
  language: string;
}

/** A text, taken apart. */
export interface Text {
  /** Every line outside the front matter and the fences. */
  prose: Line[];
  fences: Fence[];
}

/** Something wrong in a text, and where. */
export interface Problem {
  file: string;
  line: number;
  message: string;
}

/** What may stand before a fence or a snippet on its line: quotes, indentation, the mark of a list's item. */
export const indent = '[\\s>]*(?:(?:[-*+]|\\d+[.)])\\s+)?';

const opening = new RegExp(`^${indent}(\`{3,}|~{3,})\\s*([^\\s\`{[:]*)`);

/**
 * Splits a markdown text.
 * @param markdown the whole file
 */
export function takeApart(markdown: string): Text {
  const lines = markdown.split(/\r?\n/);
  const text: Text = { prose: [], fences: [] };
  let index = lines[0] === '---' ? lines.indexOf('---', 1) + 1 : 0;
  let closing: RegExp | undefined;
  for (; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (closing) {
      if (closing.test(line)) closing = undefined;
      continue;
    }
    const [, marks, language = ''] = opening.exec(line) ?? [];
    if (marks !== undefined) {
      closing = new RegExp(`^[\\s>]*${marks}${marks[0]}*\\s*$`);
      text.fences.push({ number: index + 1, language: language.toLowerCase() });
    } else {
      text.prose.push({ number: index + 1, text: line });
    }
  }
  return text;
}

/**
 * Finds the targets of the links in lines of prose; code spans and images are passed over.
 * @returns each target with its line: `{ number: 12, text: '../02-select/README.md#limits' }`
 */
export function linksIn(prose: readonly Line[]): Line[] {
  return prose.flatMap(({ number, text }) => {
    const plain = text.replace(/(`+)(?:(?!\1).)*\1/g, '`');
    const inline = [...plain.matchAll(/(?<!!\[[^\]]*)\]\(<?([^\s)>]+)/g)];
    const reference = [...plain.matchAll(/^\s*\[[^\]]+\]:\s*<?([^\s>]+)/g)];
    return [...inline, ...reference].map((match) => ({ number, text: match[1] ?? '' }));
  });
}

/** One line for the terminal: `chapters/09-epoll/README.md:12: …` */
export function describe({ file, line, message }: Problem): string {
  return `${file}:${line}: ${message}`;
}
