/** Programs that are started by their words, and end with whoever has started them. */

import { spawnSync } from 'node:child_process';

/** prctl(2), PR_SET_PDEATHSIG, which lasts through execve(2); setpriv(1) of util-linux sets it and becomes what follows. */
const SETPRIV = ['setpriv', '--pdeathsig', 'KILL'];
let known: boolean | undefined;

/**
 * The words with which a program is started that shall not outlive this process, however that ends: SIGKILL, or a terminal
 * that is closed, lets nobody clean up. A server shall run as its reader would start it, with nothing of ours in it; so
 * the kernel is told by a program that then becomes the server. Children of startChild() tell it themselves.
 *
 * @param words the program and its arguments
 * @returns the same words where there is no such setpriv: then the program may be left behind
 */
export function mortal(words: readonly string[]): string[] {
  known ??= spawnSync(SETPRIV[0]!, [...SETPRIV.slice(1), 'true']).status === 0;
  return known ? [...SETPRIV, ...words] : [...words];
}
