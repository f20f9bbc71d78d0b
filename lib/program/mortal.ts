/** Programs that others are: started with words of their own, and gone with whoever has started them. */

import { spawnSync } from 'node:child_process';

/** prctl(2), PR_SET_PDEATHSIG, which lasts through execve(2); setpriv(1) of util-linux sets it and becomes what follows. */
const SETPRIV = ['setpriv', '--pdeathsig', 'KILL'];
let known: boolean | undefined;

/**
 * The words with which a program is started that shall not outlive this process, however that ends: SIGKILL, or a terminal
 * that is closed, lets nobody clean up. What a server is in the end nothing of the starter's runs in; so the kernel is told
 * between fork and exec, by a program that is not there any more when the server begins. startChild() has its children say
 * so themselves.
 *
 * @param words the program and its arguments
 * @returns the same words where there is no such setpriv: then the program may be left behind
 */
export function mortal(words: readonly string[]): string[] {
  known ??= spawnSync(SETPRIV[0]!, [...SETPRIV.slice(1), 'true']).status === 0;
  return known ? [...SETPRIV, ...words] : [...words];
}
