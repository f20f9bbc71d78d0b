/** A parent that gives each client a child, and keeps nothing of either. */

import type { ChildProcess } from 'node:child_process';
import { Acceptor } from '../../lib/program/acceptor.ts';
import { close } from '../../lib/sys/io.ts';

/**
 * Accepts clients for ever. When a client's child has ended, nothing is left of either: no descriptor, no zombie.
 *
 * @param listener a socket that listens
 * @param start starts a child, which has a descriptor of its own for the connection when this returns
 */
export async function serve(listener: number, start: (client: number) => ChildProcess): Promise<never> {
  const acceptor = new Acceptor(listener); // it waits in Node's loop, where children are reaped
  for (;;) {
    const client = await acceptor.accept();
    start(client);
    close(client); // the connection goes on: the child has a descriptor of its own
  }
}
