/** What a thread of a server does first, and how it takes the server along; apart from launch.ts, which has a compiler. */

import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { _exit } from '../sys/process.ts';

// #region end
/**
 * Says that this thread runs, and has the whole process end, with one line and status 1, should it fail later. For a
 * program whose main thread sleeps in system calls too: there Node tells nobody that a worker has failed.
 *
 * @param who begins the line, as in `11-reactor: a burner`
 */
export function endTogether(who: string): void {
  process.on('uncaughtException', (error) => endProcess(who, error));
  parentPort?.postMessage('it runs');
}

/** Ends this process, whatever its threads are doing, because one of them has failed. */
export function endProcess(who: string, { message }: Error): never {
  const line = `${who} ended (${message.replace(/\s*\n\s*/g, ' ')}), and the server with it\n`;
  try {
    writeSync(2, line); // console.error() would leave it to the main thread
  } catch {} // nobody wants to know
  throw _exit(1); // which does not return
}
// #endregion end
