/** Reaps whoever has ended, but only when somebody connects. @diagnosis late */

import type { ChildProcess } from 'node:child_process';
import { acceptBlocking } from '../../../lib/sys/accept.ts';
import { check } from '../../../lib/sys/errors.ts';
import { close } from '../../../lib/sys/io.ts';
import { Memory } from '../../../lib/sys/memory.ts';
import { WNOHANG, waitpid } from '../../../lib/sys/process.ts';

export async function serve(listener: number, start: (client: number) => ChildProcess): Promise<never> {
  const status = Memory.allocate(4);
  for (;;) {
    const client = check(acceptBlocking(listener), 'accept4');
    while (waitpid(-1, status, WNOHANG) > 0) {}
    start(client);
    close(client);
  }
}
