/** The answer inside a child process or a thread of a server, which have no compiler and find it compiled. */

import { pathToFileURL } from 'node:url';
import { endWhenThrown } from './failing.ts';

/**
 * Loads the answer there. Should it throw, one line says so, and the process ends with status 1.
 *
 * @param path, bundle as compiledAnswer() returned them
 */
export async function loadInside<Module>(path: string, bundle: string): Promise<Module> {
  process.setSourceMapsEnabled(true); // the line that is told is the answer's own
  endWhenThrown(path);
  return (await import(pathToFileURL(bundle).href)) as Module;
}
