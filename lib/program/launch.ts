/** Starting child processes and worker threads from TypeScript without paying for a compiler in each. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { openTrace } from '../sys/trace.ts';
import { compile } from './bundle.ts';
import { PARENT } from './child.ts';
import { endProcess } from './thread.ts';

/**
 * Starts a child process: fork and exec, since fork alone does not survive in V8. Of this process's descriptors it has
 * the standard output and error, and those that it is handed; all others close on exec, as long as they were opened
 * with O_CLOEXEC, as Node does and lib/sys where it chooses.
 *
 * @param entry the TypeScript module that it runs
 * @param words its command-line arguments
 * @param descriptors what it is handed: they are FIRST_INHERITED and following there
 * @returns the child; listen for 'error' as well as for 'exit': it comes instead when no process (EAGAIN) or descriptor
 *   (EMFILE, ENFILE) was left, and the child has no pid then
 * @throws Error when no memory was left (ENOMEM); so a caller that shall live on has both to expect
 */
export function startChild(entry: URL, words: readonly string[], descriptors: readonly number[]): ChildProcess {
  openTrace(); // before the child does
  return spawn(process.execPath, [compile(entry), ...words], {
    stdio: ['ignore', 'inherit', 'inherit', ...descriptors],
    env: { ...process.env, [PARENT]: String(process.pid) },
  });
}

/**
 * Starts a worker thread on a TypeScript module.
 *
 * @param entry as for compile()
 * @throws Error when the machine has no thread left (ERR_WORKER_INIT_FAILED)
 */
export function startWorker(entry: URL, options: WorkerOptions = {}): Worker {
  openTrace();
  for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0); // each thread listens to both
  return new Worker(compile(entry), { execArgv: [], ...options });
}

/**
 * Starts a worker thread without which a program is nothing, and waits until it says endTogether(). When it does not come
 * so far, that ends the program in the same way.
 *
 * @param who as for endTogether()
 */
export async function startVitalWorker(who: string, entry: URL, options: WorkerOptions = {}): Promise<void> {
  try {
    await once(startWorker(entry, options), 'message');
  } catch (error) {
    endProcess(who, error as Error);
  }
}
