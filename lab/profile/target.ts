/** What is profiled: a chapter by its number or name, or a program by its path. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A server to start. */
export interface Target {
  /** As in `09-epoll`. */
  readonly name: string;
  /** From the root of the repository. */
  readonly path: string;
}

/** There is no such server. */
export class NoSuchServer extends Error {}

/** @param word `9`, `09`, `09-epoll`, or the path of a program that says where it listens @throws NoSuchServer */
export function findTarget(word: string): Target {
  if (/[/.]/.test(word)) {
    if (!existsSync(word)) throw new NoSuchServer(`there is no ${word}`);
    if (!statSync(word).isFile()) throw new NoSuchServer(`${word} is no program`);
    const path = relative(ROOT, resolve(word));
    return { name: path.replace(/^.*chapters\//, '').replace(/(\/server)?\.[cm]?[jt]s$/, ''), path };
  }
  const chapters = readdirSync(`${ROOT}chapters`).filter((name) => /^\d\d-/.test(name));
  const name = chapters.find((one) => one === word || one.slice(0, 2) === word.padStart(2, '0'));
  const served = chapters.filter((one) => existsSync(`${ROOT}chapters/${one}/server.ts`));
  if (name !== undefined && served.includes(name)) return { name, path: `chapters/${name}/server.ts` };
  const known = `${served[0]} to ${served.at(-1)} have servers`;
  if (name === undefined) throw new NoSuchServer(`there is no chapter '${word}'; ${known}`);
  throw new NoSuchServer(`${name} has no server.ts; ${known}, and another program can be named by its path`);
}
