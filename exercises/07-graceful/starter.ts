/** How the server ends. As it stands it closes all that is open, and nobody who sleeps there hears of it. */

import { close } from '../../lib/sys/io.ts';

/**
 * Has the server end: nobody is accepted any more, what was asked is answered, and who says nothing is not waited for.
 * The threads end by themselves when accept4 fails, and with the last of them the process.
 *
 * @param listener a socket that listens; every thread that has nothing to do sleeps on it, in accept4
 * @param serving by thread: the descriptor of the connection that it serves, or -1; the threads write it
 */
export function stop(listener: number, serving: Int32Array): void {
  for (const fd of [listener, ...serving]) if (fd >= 0) close(fd);
}
