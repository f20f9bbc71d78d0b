/** Compiling TypeScript, once for all who run it: an entry and what it imports become one file, which is kept. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Where bundles are kept: inside node_modules, so that what a bundle imports from packages is found from there. */
const CACHE = join(ROOT, 'node_modules/.cache/ten-thousand-sockets');
/**
 * Where they are kept when that cannot be written: in a checkout that is read-only, or somebody else's. Who may read the
 * workshop shall be able to run it too.
 */
const ELSEWHERE = join(tmpdir(), `ten-thousand-sockets-${process.getuid?.()}-${hash(ROOT)}/bundles`);
/** A bundle that was not used for so long, in milliseconds, is deleted: nobody who was handed its path still starts. */
const STALE = 24 * 60 * 60 * 1000;
const bundles = new Map<string, string>();

// #region compile
/**
 * Compiles an entry and all that it imports from this repository into one file, once a process; packages stay outside.
 * The tsx loader would take several times as long in each child, and on Node 20 no worker could start through it at all.
 * What stands in the way ends the process with one line and status 1.
 *
 * @param entry the TypeScript module, as `new URL('./child.ts', import.meta.url)`
 * @returns the path of a module that plain Node runs
 * @throws Error when it was compiled before and its file is gone, and cannot be made again: the program shall go on
 */
export function compile(entry: URL): string {
  const path = fileURLToPath(entry);
  const known = bundles.get(path);
  if (known !== undefined && touch(known)) return known;
  try {
    const code = bundled(path);
    const bundle = keep(`${basename(path, '.ts')}-${hash(code)}.mjs`, code);
    bundles.set(path, bundle);
    return bundle;
  } catch (error) {
    if (known !== undefined) throw error;
    const [reason] = (error as Error).message.split('\n');
    process.stderr.write(`cannot compile ${relative(ROOT, path)}: ${reason}\n`);
    process.exit(1);
  }
}

/** A module and all that it imports, as one. */
function bundled(path: string): Buffer {
  const options = ['--packages=external', '--platform=node', '--format=esm', `--target=node${process.versions.node}`];
  const map = ['--sourcemap=inline', '--sources-content=false']; // for whoever profiles or debugs it
  return bundle(path, [...options, ...map]);
}

/**
 * Puts a module, or a style sheet, and all that it imports into one.
 *
 * @param options the compiler's, as in `--platform=browser`
 * @throws Error when it cannot; the compiler has said why on standard error
 */
export function bundle(path: string, options: readonly string[]): Buffer {
  return execFileSync(esbuild(), [path, '--bundle', '--log-level=warning', ...options], {
    cwd: ROOT, // or the same code would have another hash wherever it is started
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: Number.POSITIVE_INFINITY,
  });
}

/** Writes a bundle, unless it is there. @returns its path */
function keep(file: string, code: Buffer): string {
  try {
    return write(CACHE, file, code);
  } catch {
    return write(elsewhere(), file, code);
  }
}

function write(directory: string, file: string, code: Buffer): string {
  const bundle = join(directory, file);
  if (touch(bundle)) return bundle;
  mkdirSync(directory, { recursive: true });
  const unfinished = `${bundle}.${process.pid}.${threadId}`;
  writeFileSync(unfinished, code);
  renameSync(unfinished, bundle); // whole or not there, however many processes do this at once
  sweep(directory);
  return bundle;
}
// #endregion compile

/** A name for bytes or a text: 12 digits. */
function hash(what: string | Buffer): string {
  return createHash('sha256').update(what).digest('hex').slice(0, 12);
}

/**
 * A directory for bundles among the temporary files.
 *
 * @throws Error when somebody else may write there: anybody can make a directory of that name, and what lies in it will
 *   run as this user's
 */
function elsewhere(): string {
  mkdirSync(ELSEWHERE, { recursive: true, mode: 0o700 });
  const own = dirname(ELSEWHERE);
  const status = lstatSync(own);
  if (!status.isDirectory() || status.uid !== process.getuid?.() || status.mode & 0o077) {
    throw new Error(`${CACHE} cannot be written, and ${own} is not this user's alone`);
  }
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(own, 'node_modules')); // where a bundle's imports are looked for
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return ELSEWHERE;
}

/**
 * The compiler's own program. esbuild's buildSync() would keep it running for as long as this process lives, and stop()
 * would leave it behind as a zombie: it ends a thread of esbuild's, the only one that could have reaped it.
 */
function esbuild(): string {
  const require = createRequire(import.meta.url);
  return createRequire(require.resolve('esbuild')).resolve(`@esbuild/linux-${process.arch}/bin/esbuild`);
}

/** Has a bundle count as used now. @returns whether it is there */
function touch(bundle: string): boolean {
  try {
    const now = new Date();
    utimesSync(bundle, now, now);
    return true;
  } catch {
    return false;
  }
}

/** Deletes what nobody has used for long: bundles of code that has changed since. */
function sweep(directory: string): void {
  for (const file of readdirSync(directory)) {
    const path = join(directory, file);
    try {
      if (Date.now() - statSync(path).mtimeMs > STALE) rmSync(path);
    } catch {} // another process was faster
  }
}
