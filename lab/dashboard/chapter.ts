/** Whose command line it is: a chapter's, and which. */

import { readlinkSync } from 'node:fs';
import { basename, resolve } from 'node:path';

/** Options of Node whose value is the next word, as `npx tsx` hands them on. */
const VALUED = new Set(['--require', '-r', '--import', '--loader', '--experimental-loader', '--conditions', '-C']);

/** The words from the script on, of a command line of Node; none where it is no script that Node runs. */
export function script(words: readonly string[]): readonly string[] {
  const [program = ''] = words;
  if (!/^node/.test(basename(program))) return [];
  let at = 1;
  while (words[at]?.startsWith('-')) at += VALUED.has(words[at]!) ? 2 : 1;
  return words.slice(at);
}

/** The folder in which a process was started or has gone to; '/' when it has ended. */
function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '/';
  }
}

/**
 * The name of a program of the workshop: `09-epoll` for its server, `09-epoll/chat` for another one of the chapter.
 *
 * @param words its command line
 * @param folder where relative paths begin
 * @returns undefined for any other program
 */
export function nameOf(words: readonly string[], folder: () => string): string | undefined {
  const [path = ''] = script(words);
  if (!/(^|\/)[\w-]+(\.ts)?$/.test(path)) return undefined;
  const match = /\/(?:chapters|exercises|solutions)\/(\d\d-[\w-]+)\/(.+?)(?:\.ts)?$/.exec(resolve(folder(), path));
  if (match === null) return undefined;
  const [, chapter, program] = match;
  return program === 'server' ? chapter! : `${chapter}/${program}`;
}

/** The same for a process that runs. */
export function chapterOf(pid: number, words: readonly string[]): string | undefined {
  return nameOf(words, () => folderOf(pid));
}

/** The last value of an option on a command line, as `--trace FILE` or `--trace=FILE`. */
export function optionOf(words: readonly string[], option: string): string | undefined {
  const at = words.findLastIndex((word) => word === option || word.startsWith(`${option}=`));
  if (at < 0) return undefined;
  return words[at] === option ? words[at + 1] : words[at]!.slice(option.length + 1);
}

/** The file in which a program records its system calls; undefined where it does not. */
export function traceOf(pid: number, words: readonly string[]): string | undefined {
  const file = optionOf(script(words), '--trace');
  return file === undefined || file === '' ? undefined : resolve(folderOf(pid), file);
}
