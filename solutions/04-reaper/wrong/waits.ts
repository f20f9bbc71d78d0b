/** Waits for each child, so that it is reaped, and accepts nobody meanwhile. @diagnosis one-by-one */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Acceptor } from '../../../lib/program/acceptor.ts';
import { close } from '../../../lib/sys/io.ts';

export async function serve(listener: number, start: (client: number) => ChildProcess): Promise<never> {
  const acceptor = new Acceptor(listener);
  for (;;) {
    const client = await acceptor.accept();
    const child = start(client);
    close(client);
    await once(child, 'exit');
  }
}
