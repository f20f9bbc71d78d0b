/** The files that a load leaves. */

import { writeWhole } from '../files.ts';
import { csv } from './csv.ts';
import { json } from './json.ts';
import type { Options } from './options.ts';
import type { Result } from './result.ts';
import type { Load } from './run.ts';

/** Writes them. @returns whether all could be written; a line says which could not */
export async function writeOutputs(options: Options, load: Load, result: Result): Promise<boolean> {
  const contents: [string | undefined, () => string | Promise<string>][] = [
    [options.csv, () => csv(result)],
    [options.json, () => json(options, load, result)],
    [options.html, async () => (await import('./html.ts')).html(options, load, result)],
  ];
  let well = true;
  for (const [path, content] of contents) {
    if (path === undefined) continue;
    const text = await content();
    try {
      writeWhole(path, text);
      console.error(`lab load: ${path} is written${result.partial === undefined ? '' : ', of a partial result'}`);
    } catch (error) {
      console.error(`lab load: ${(error as Error).message}`);
      well = false;
    }
  }
  return well;
}
