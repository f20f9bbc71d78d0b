/** The answer for the children and threads of a server; apart from subject.ts, since most servers have none. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile } from '../../lib/program/bundle.ts';
import { ROOT } from '../exercises.ts';
import { answerPath } from './subject.ts';

/**
 * Compiles the answer that subject() has loaded.
 *
 * @param url the server's import.meta.url
 * @returns its path from the root of the repository, and that of the bundle: what loadInside() takes
 */
export function compiledAnswer(url: string): readonly [path: string, bundle: string] {
  const path = answerPath(url);
  return [path, compile(pathToFileURL(join(ROOT, path)))];
}
