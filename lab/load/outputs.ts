/** The files that a load leaves: each written whole, or not at all. */

import { accessSync, constants, existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { csv } from './csv.ts';
import { json } from './json.ts';
import type { Options } from './options.ts';
import type { Result } from './result.ts';
import type { Load } from './run.ts';

type Files = Pick<Options, 'csv' | 'json' | 'html'>;

/** Sees whether the files can be written, before there is anything to lose. @throws Error */
export function checkWritable({ csv, json, html }: Files): void {
  for (const path of [csv, json, html]) {
    if (path !== undefined) accessSync(existsSync(path) ? path : dirname(path), constants.W_OK);
  }
}

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
      console.error(`lab load: cannot write ${path}: ${(error as Error).message}`);
      well = false;
    }
  }
  return well;
}

/** Writes a file whole, or not at all. @throws Error */
export function writeWhole(path: string, text: string): void {
  if (existsSync(path) && !statSync(path).isFile()) {
    writeFileSync(path, text); // a pipe, a device
    return;
  }
  const unfinished = `${path}.${process.pid}`;
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
