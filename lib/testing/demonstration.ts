/** Demonstrations: programs that show something, and end by themselves. */

import type { ExecutionContext } from 'ava';
import { type StartOptions, startProgram } from './server.ts';

/**
 * Runs one to its end: it succeeds, complains of nothing, and leaves nobody behind.
 *
 * @param path the program's, from the root
 * @returns the lines that it printed
 */
export async function demonstrate(t: ExecutionContext, path: string, options?: StartOptions): Promise<string[]> {
  const program = startProgram(t, path, options);
  t.is(await program.ended, 0, program.stderr.join('\n'));
  t.deepEqual([program.stderr, program.survivors], [[], []]);
  return program.stdout;
}
