/** The files that tools leave: each written whole, or not at all. */

import { accessSync, constants, existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/**
 * Sees whether files can be written, before there is anything to lose: not by what is allowed, which a file system that is
 * read-only or made by the kernel leaves open, but by writing where writeWhole() will.
 *
 * @throws Error as writeWhole() does
 */
export function checkWritable(...paths: readonly (string | undefined)[]): void {
  for (const path of paths) {
    if (path === undefined) continue;
    naming(path, () => {
      if (existsSync(path)) accessSync(path, constants.W_OK);
      if (!isSpecial(path)) rmSync(written(path, ''));
    });
  }
}

/** Writes a file whole, or not at all. @throws Error of a system call: `cannot write load.csv: ENOSPC: no space left …` */
export function writeWhole(path: string, text: string): void {
  naming(path, () => {
    if (isSpecial(path)) {
      writeFileSync(path, text);
      return;
    }
    const unfinished = written(path, text);
    try {
      renameSync(unfinished, path);
    } catch (error) {
      rmSync(unfinished);
      throw error;
    }
  });
}

/** Has errors name the file that was meant, and not the one beside it. */
function naming(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const why = error as Error;
    why.message = `cannot write ${path}: ${why.message.replace(/, \w+ '.*$/s, '')}`;
    throw why;
  }
}

/** Whether it is a pipe or a device. A folder is neither, and nothing can be written there. @throws Error of a folder */
function isSpecial(path: string): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory()) writeFileSync(path, ''); // EISDIR
  return there !== undefined && !there.isFile();
}

/** Writes a text beside a file. @returns where @throws Error, and then there is nothing */
function written(path: string, text: string): string {
  const unfinished = `${path}.${process.pid}`;
  try {
    writeFileSync(unfinished, text);
    return unfinished;
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
