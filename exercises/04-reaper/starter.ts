/** A parent that gives each client a child. As it stands it keeps more of both than it should. */

import type { ChildProcess } from 'node:child_process';
import { acceptBlocking } from '../../lib/sys/accept.ts';
import { check } from '../../lib/sys/errors.ts';

/**
 * Accepts clients for ever. When a client's child has ended, nothing is left of either: no descriptor, no zombie.
 *
 * @param listener a socket that listens
 * @param start starts a child, which has a descriptor of its own for the connection when this returns
 */
export async function serve(listener: number, start: (client: number) => ChildProcess): Promise<never> {
  for (;;) {
    const client = check(acceptBlocking(listener), 'accept4');
    start(client);
  }
}
