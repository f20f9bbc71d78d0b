/** Checks that no snippet is typed into a text: each is cut from a source file by region, and the region exists. */
import { posix } from 'node:path';
import { indent, type Problem, takeApart } from './text.ts';

/** What a reader may be asked to type or shown as output; program text is cut from the source. */
const typedByHand = ['sh', 'console', 'text'];

/** A part of a text that a program wrote, such as a table; VitePress leaves nothing in its place if there is no such file. */
const include = new RegExp(`^${indent}<!--\\s*@include:\\s*(\\S+?)\\s*-->`);
const snippet = new RegExp(`^${indent}<<<\\s*([^\\s#{[]*)(?:#([\\w-]+))?`);

/** A piece of code that a text shows. */
export interface Snippet {
  /** 1 is the file's first line. */
  line: number;
  /** The file it is cut from, from the repository's root. */
  source: string;
  /** undefined: the whole file. */
  region: string | undefined;
}

/**
 * Finds the `<<< ./server.ts#region` lines of a text.
 * @param file the text's path from the repository's root; a snippet's path is relative to it, or to the root after `@/`
 * @param markdown the whole file
 */
export function snippetsIn(file: string, markdown: string): Snippet[] {
  const snippets: Snippet[] = [];
  for (const { number, text } of takeApart(markdown).prose) {
    const match = snippet.exec(text);
    if (!match) continue;
    const path = match[1] ?? '';
    const source = path.startsWith('@/') ? path.slice(2) : posix.join(posix.dirname(file), path);
    snippets.push({ line: number, source, region: match[2] });
  }
  return snippets;
}

/**
 * Finds the regions of a source file that can be cut out: `// #region name` to `// #endregion name`, or with `#` in the
 * place of `//` in a shell script. These forms are all ones that VitePress knows, so what passes here is what it renders.
 * @param source the whole file
 * @returns the names, each once, in the order in which they begin
 */
export function regionsIn(source: string): string[] {
  const lines = source.split(/\r?\n/).map((line) => line.trim());
  const names = lines.flatMap((line) => /^(?:\/\/ #|# )region ([\w-]+)$/.exec(line)?.[1] ?? []);
  return [...new Set(names)].filter((name) =>
    ['// #', '# '].some((mark) => {
      const begin = lines.indexOf(`${mark}region ${name}`);
      return begin >= 0 && lines.indexOf(`${mark}endregion ${name}`, begin) > begin + 1;
    }),
  );
}

/**
 * Checks the snippets and fences of one text.
 * @param file the text's path from the repository's root
 * @param markdown the whole file
 * @param read gives a source file's content by its path from the root, or undefined where there is no such file
 * @returns what is wrong, in the order of the lines; empty where nothing is
 */
export function checkSnippets(file: string, markdown: string, read: (path: string) => string | undefined): Problem[] {
  const problems: Problem[] = [];
  for (const { line, source, region } of snippetsIn(file, markdown)) {
    const content = read(source);
    if (content === undefined) {
      problems.push({ file, line, message: `the snippet's file ${source} does not exist` });
    } else if (region !== undefined) {
      const regions = regionsIn(content);
      if (regions.includes(region)) continue;
      const existing = regions.length > 0 ? `its regions are ${regions.join(', ')}` : 'it has no regions';
      problems.push({ file, line, message: `${source} has no region "${region}"; ${existing}` });
    }
  }
  for (const { number, text } of takeApart(markdown).prose) {
    const path = include.exec(text)?.[1];
    if (path === undefined) continue;
    const source = posix.join(posix.dirname(file), path);
    if (read(source) !== undefined) continue;
    problems.push({ file, line: number, message: `the included file ${source} does not exist` });
  }
  for (const { number, language } of takeApart(markdown).fences) {
    if (typedByHand.includes(language)) continue;
    const message = `a fence of ${language || 'no language'} is typed into the text: cut program text from its source \
with <<< ./file#region; a fence may be ${typedByHand.join(', ')}`;
    problems.push({ file, line: number, message });
  }
  return problems.sort((a, b) => a.line - b.line);
}
