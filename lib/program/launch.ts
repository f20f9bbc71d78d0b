/** Starting child processes and worker threads from TypeScript without paying for a compiler in each. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId, Worker, type WorkerOptions } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { PARENT } from './child.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Inside node_modules, so that what a bundle imports from packages is found from there. */
const CACHE = join(ROOT, 'node_modules/.cache/ten-thousand-sockets');
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
  let bundle = bundles.get(path);
  if (bundle === undefined) {
    const { outputFiles } = buildSync({
      entryPoints: [path],
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: `node${process.versions.node}`,
      absWorkingDir: ROOT, // or the same code would have another hash wherever it is started
      write: false,
    });
    const text = outputFiles[0]!.text;
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
    bundle = join(CACHE, `${basename(path, '.ts')}-${hash}.mjs`);
    if (!existsSync(bundle)) {
      mkdirSync(CACHE, { recursive: true });
      const unfinished = `${bundle}.${process.pid}.${threadId}`;
      writeFileSync(unfinished, text);
      renameSync(unfinished, bundle); // whole or not there, however many processes do this at once
    }
    bundles.set(path, bundle);
  }
  return bundle;
}
// #endregion compile

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
  return spawn(process.execPath, [compile(entry), ...words], {
    stdio: ['ignore', 'inherit', 'inherit', ...descriptors],
    env: { ...process.env, [PARENT]: String(process.pid) },
  });
}

/** Starts a worker thread on a TypeScript module. @param entry as for compile() */
export function startWorker(entry: URL, options: WorkerOptions = {}): Worker {
  return new Worker(compile(entry), { execArgv: [], ...options });
}
