/** What a child process of a server finds and does first; apart from launch.ts, so that it starts without a compiler. */

import { SIG_IGN, SIGINT, SIGKILL, setParentDeathSignal, signal } from '../sys/process.ts';

/** The first descriptor that startChild() hands to a child; the next ones follow. */
export const FIRST_INHERITED = 3;

/** The name of the variable in which a child finds its parent's pid. */
export const PARENT = 'SOCKETS_PARENT';

// #region end
/**
 * Has this child end with its parent (more exactly: with the thread of it that started this child), however that ends,
 * and not before: Ctrl-C in a terminal reaches the whole process group, and it is the parent who decides what becomes of
 * its children.
 */
export function endWithParent(): void {
  signal(SIGINT, SIG_IGN);
  setParentDeathSignal(SIGKILL);
  if (process.env[PARENT] !== String(process.ppid)) process.exit(1); // it ended before the line above
}
// #endregion end
