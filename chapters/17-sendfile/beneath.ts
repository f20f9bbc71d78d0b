/** From the path of a request to a file below the root, and to no other: whatever the path says, or a symbolic link. */

import { constants } from 'node:fs';
import { EAGAIN } from '../../lib/sys/errors.ts';
import { O_PATH, openat, openat2, RESOLVE_BENEATH, RESOLVE_NO_MAGICLINKS } from '../../lib/sys/file.ts';
import { close, O_CLOEXEC } from '../../lib/sys/io.ts';

const SLASH = 0x2f;
const HERE = Buffer.from('.');
/** How often a path is looked up again that renames came between. */
const TRIES = 8;

// #region names
/** A path, taken apart. */
export interface Path {
  /** The names of the directories and of the file, decoded. */
  readonly names: readonly Buffer[];
  /** It ends with a slash, and means a directory. */
  readonly slash: boolean;
}

/**
 * Takes the path of a request apart: at its slashes first, and only then is each name decoded, once.
 *
 * @param target the path, percent-encoded; it begins with a slash
 * @returns undefined where a part of it is no name: it is empty, . or .., or holds a slash or a zero
 */
export function takeApart(target: string): Path | undefined {
  const parts = target.slice(1).split('/');
  const slash = parts.at(-1) === '';
  if (slash) parts.pop();
  const names = parts.map((part) =>
    Buffer.from(
      part.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ),
  );
  return names.every(isName) ? { names, slash } : undefined;
}

function isName(name: Buffer): boolean {
  const text = name.toString('latin1');
  return !['', '.', '..'].includes(text) && !name.includes(SLASH) && !name.includes(0);
}
// #endregion names

// #region openat2
/**
 * Opens what a path names below a directory, with O_PATH: it can be looked at, and not yet read. The kernel follows the
 * symbolic links on the way, and refuses as soon as one leads out; openat2(2), RESOLVE_BENEATH.
 *
 * @param root a directory
 * @returns a descriptor or a negative errno, such as -EXDEV where the path leads out
 */
export function openBeneath(root: number, names: readonly Buffer[]): number {
  const path =
    names.length === 0 ? HERE : Buffer.from(names.map((name) => name.toString('latin1')).join('/'), 'latin1');
  let fd = -EAGAIN;
  for (let i = 0; i < TRIES && fd === -EAGAIN; i++) {
    fd = openat2(root, path, O_PATH | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
  }
  return fd;
}
// #endregion openat2

// #region walk
/**
 * The same on a kernel without openat2: from name to name. Where a symbolic link leads could not be told, so none is
 * followed: in the middle of a path it is no directory (-ENOTDIR), at its end the link itself is opened, and no file.
 */
export function walkBeneath(root: number, names: readonly Buffer[]): number {
  let at = openat(root, HERE, O_PATH | O_CLOEXEC);
  for (const name of names) {
    if (at < 0) break;
    const next = openat(at, name, O_PATH | constants.O_NOFOLLOW | O_CLOEXEC);
    close(at);
    at = next;
  }
  return at;
}
// #endregion walk
