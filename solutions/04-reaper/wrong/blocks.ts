/** Blocks in accept4: Node never comes to its loop, where it would hear that a child has ended. @diagnosis zombies */

import type { ChildProcess } from 'node:child_process';
import { acceptBlocking } from '../../../lib/sys/accept.ts';
import { check } from '../../../lib/sys/errors.ts';
import { close } from '../../../lib/sys/io.ts';

export async function serve(listener: number, start: (client: number) => ChildProcess): Promise<never> {
  for (;;) {
    const client = check(acceptBlocking(listener), 'accept4');
    start(client);
    close(client);
  }
}
