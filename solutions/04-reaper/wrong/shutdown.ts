/** Ends the connection in place of the descriptor: the child cannot use it any more. @diagnosis shut-down */

import type { ChildProcess } from 'node:child_process';
import { Acceptor } from '../../../lib/program/acceptor.ts';
import { close } from '../../../lib/sys/io.ts';
import { SHUT_RDWR, shutdown } from '../../../lib/sys/socket.ts';

export async function serve(listener: number, start: (client: number) => ChildProcess): Promise<never> {
  const acceptor = new Acceptor(listener);
  for (;;) {
    const client = await acceptor.accept();
    start(client);
    shutdown(client, SHUT_RDWR);
    close(client);
  }
}
