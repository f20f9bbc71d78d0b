/** How the server ends: whoever sleeps on a socket is woken, and finds that nothing more will come. */

import { SHUT_RD, shutdown } from '../../lib/sys/socket.ts';

/**
 * Has the server end: nobody is accepted any more, what was asked is answered, and who says nothing is not waited for.
 * The threads end by themselves when accept4 fails, and with the last of them the process.
 *
 * @param listener a socket that listens; every thread that has nothing to do sleeps on it, in accept4
 * @param serving by thread: the descriptor of the connection that it serves, or -1; the threads write it
 */
export function stop(listener: number, serving: Int32Array): void {
  shutdown(listener, SHUT_RD); // accept4 returns -EINVAL, where threads sleep in it and ever after
  for (let slot = 0; slot < serving.length; slot++) {
    const client = Atomics.load(serving, slot);
    if (client >= 0) shutdown(client, SHUT_RD); // read returns what has come, then 0; write goes on
  }
}
