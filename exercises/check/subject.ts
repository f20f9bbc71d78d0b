/** What an exercise's server loads: the learner's file, or another answer that the check has chosen; and how that fails. */

import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { files, makeYours, ROOT } from '../exercises.ts';
import { endWhenThrown, fail, place } from './failing.ts';

/** The variable that names the answer which a server shall load, from the root of the repository. */
export const SUBJECT = 'EXERCISE_SUBJECT';

/** The answer that a server shall load, from the root of the repository. @param url the server's import.meta.url */
export function answerPath(url: string): string {
  const [, name = ''] = relative(ROOT, fileURLToPath(url)).split('/');
  return process.env[SUBJECT] ?? files.yours(name);
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
  const path = answerPath(url);
  if (process.env[SUBJECT] === undefined) makeYours(path.split('/')[1]!);
  endWhenThrown(path);
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
