/** Sleeps until there is a place, and hears of none that becomes free meanwhile. @diagnosis blocks */

import type { Worker } from 'node:worker_threads';
import type { Acceptor } from '../../../lib/program/acceptor.ts';
import { nanosleep } from '../../../lib/sys/process.ts';

export async function serve(most: number, acceptor: Acceptor, start: (client: number) => Worker): Promise<never> {
  let running = 0;
  for (;;) {
    while (running === most) nanosleep(50);
    const client = await acceptor.accept();
    running++;
    start(client).on('exit', () => {
      running--;
    });
  }
}
