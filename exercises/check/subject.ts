/** What an exercise's server loads: the learner's file, or another answer that the check has chosen; and how that fails. */

import { writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { _exit, SIGKILL, setParentDeathSignal } from '../../lib/sys/process.ts';
import { files, makeYours, ROOT } from '../exercises.ts';

/** The variable that names the answer which a server shall load, from the root of the repository. */
export const SUBJECT = 'EXERCISE_SUBJECT';

/** Ends the server with one line that says where its answer went wrong, and how. */
function fail(path: string, words: string): never {
  try {
    writeSync(2, `${path}${words.replace(/\s*\n\s*/g, ' ')}\n`);
  } catch {} // nobody wants to know
  throw _exit(1); // even while other threads or handles are busy
}

/** Where an error comes from, in the answer: `:12:5`, or nothing where it has no part in it. */
function place(path: string, { stack = '' }: Error): string {
  const at = stack.indexOf(path);
  return at < 0 ? '' : (/^:\d+:\d+/.exec(stack.slice(at + path.length))?.[0] ?? '');
}

/**
 * Loads what an exercise is about: the learner's `yours.ts`, made from the starter if need be, unless the check names
 * another answer. Should it not compile, not export what it shall, or throw later on, one line says so and the server
 * ends with status 1.
 *
 * @param url the server's import.meta.url
 * @param names what it must export
 */
export async function subject<Module>(url: string, ...names: (keyof Module & string)[]): Promise<Module> {
  const [, name = ''] = relative(ROOT, fileURLToPath(url)).split('/');
  const path = process.env[SUBJECT] ?? files.yours(name);
  if (path === files.yours(name)) makeYours(name);
  if (process.env[SUBJECT] !== undefined) setParentDeathSignal(SIGKILL); // the check, however that ends
  process.on('uncaughtException', (thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    fail(path, `${place(path, error)}: throws ${error.name}: ${error.message}`);
  });
  let module: Module;
  try {
    module = (await import(pathToFileURL(join(ROOT, path)).href)) as Module;
  } catch (error) {
    const { name: kind, message } = error as Error;
    // esbuild, through tsx: "Transform failed with 1 error:\n/path/yours.ts:3:2: ERROR: Expected …"
    const [, at, why] = /:(\d+:\d+): ERROR: (.*)/.exec(message) ?? [];
    if (at !== undefined) fail(path, `:${at}: does not compile: ${why}`);
    fail(path, `${place(path, error as Error)}: throws ${kind}: ${message}`);
  }
  for (const each of names) {
    if (module[each] === undefined) fail(path, `: exports no ${each}`);
  }
  return module;
}
