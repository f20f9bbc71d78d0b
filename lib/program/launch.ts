/** Starting child processes and worker threads from TypeScript without paying for a compiler in each. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId, Worker, type WorkerOptions } from 'node:worker_threads';
import { openTrace } from '../sys/trace.ts';
import { PARENT } from './child.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Inside node_modules, so that what a bundle imports from packages is found from there. */
const CACHE = join(ROOT, 'node_modules/.cache/ten-thousand-sockets');
/** A bundle that was not used for so long, in milliseconds, is deleted: nobody who was handed its path still starts. */
const STALE = 24 * 60 * 60 * 1000;
const bundles = new Map<string, string>();

// #region compile
/**
 * Compiles an entry and all that it imports from this repository into one file, once a process; packages stay outside.
 * The tsx loader would take several times as long in each child, and on Node 20 no worker could start through it at all.
 *
 * @param entry the TypeScript module, as `new URL('./child.ts', import.meta.url)`
 * @returns the path of a module that plain Node runs
 */
export function compile(entry: URL): string {
  const path = fileURLToPath(entry);
  const known = bundles.get(path);
  if (known !== undefined && touch(known)) return known;
  const options = ['--bundle', '--packages=external', '--platform=node', '--format=esm', '--log-level=warning'];
  const code = execFileSync(esbuild(), [path, ...options, `--target=node${process.versions.node}`], {
    cwd: ROOT, // or the same code would have another hash wherever it is started
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 12);
  const bundle = join(CACHE, `${basename(path, '.ts')}-${hash}.mjs`);
  if (!touch(bundle)) {
    mkdirSync(CACHE, { recursive: true });
    const unfinished = `${bundle}.${process.pid}.${threadId}`;
    writeFileSync(unfinished, code);
    renameSync(unfinished, bundle); // whole or not there, however many processes do this at once
    sweep();
  }
  bundles.set(path, bundle);
  return bundle;
}
// #endregion compile

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
function sweep(): void {
  for (const file of readdirSync(CACHE)) {
    const path = join(CACHE, file);
    try {
      if (Date.now() - statSync(path).mtimeMs > STALE) rmSync(path);
    } catch {} // another process was faster
  }
}

/**
 * Starts a child process: fork and exec, since fork alone does not survive in V8. Of this process's descriptors it has
 * the standard output and error, and those that it is handed; all others close on exec, as long as they were opened
 * with O_CLOEXEC, as Node does and lib/sys where it chooses.
 *
 * @param entry the TypeScript module that it runs
 * @param words its command-line arguments
 * @param descriptors what it is handed: they are FIRST_INHERITED and following there
 * @returns the child; listen for 'error' as well as for 'exit', it tells that there was no process or descriptor left
 */
export function startChild(entry: URL, words: readonly string[], descriptors: readonly number[]): ChildProcess {
  openTrace(); // before the child does
  return spawn(process.execPath, [compile(entry), ...words], {
    stdio: ['ignore', 'inherit', 'inherit', ...descriptors],
    env: { ...process.env, [PARENT]: String(process.pid) },
  });
}

/** Starts a worker thread on a TypeScript module. @param entry as for compile() */
export function startWorker(entry: URL, options: WorkerOptions = {}): Worker {
  openTrace();
  return new Worker(compile(entry), { execArgv: [], ...options });
}
