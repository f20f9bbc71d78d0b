/** How a server ends whose answer goes wrong: with one line that says where, and how. */

import { writeSync } from 'node:fs';
import { _exit } from '../../lib/sys/process.ts';

/** Ends this process. @param path the answer's, from the root of the repository @param words follow it in the line */
export function fail(path: string, words: string): never {
  try {
    writeSync(2, `${path}${words.replace(/\s*\n\s*/g, ' ')}\n`);
  } catch {} // nobody wants to know
  throw _exit(1); // even while other threads or handles are busy
}

/** Where an error comes from, in the answer: `:12:5`, or nothing where it has no part in it. */
export function place(path: string, { stack = '' }: Error): string {
  const at = stack.indexOf(path);
  return at < 0 ? '' : (/^:\d+:\d+/.exec(stack.slice(at + path.length))?.[0] ?? '');
}

/** Has this process end, with such a line, when something is thrown that nobody catches. */
export function endWhenThrown(path: string): void {
  process.on('uncaughtException', (thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    fail(path, `${place(path, error)}: throws ${error.name}: ${error.message}`);
  });
}
