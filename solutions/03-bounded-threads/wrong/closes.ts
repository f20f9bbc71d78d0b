/** Has no thread for a client, and sends it away. @diagnosis refuses */

import type { Worker } from 'node:worker_threads';
import type { Acceptor } from '../../../lib/program/acceptor.ts';
import { close } from '../../../lib/sys/io.ts';

export async function serve(most: number, acceptor: Acceptor, start: (client: number) => Worker): Promise<never> {
  let running = 0;
  for (;;) {
    const client = await acceptor.accept();
    if (running === most) {
      close(client);
      continue;
    }
    running++;
    start(client).on('exit', () => {
      running--;
    });
  }
}
