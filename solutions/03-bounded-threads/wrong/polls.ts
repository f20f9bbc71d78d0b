/** Asks every so often whether a place is free, instead of being told. @diagnosis polls */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { Acceptor } from '../../../lib/program/acceptor.ts';

export async function serve(most: number, acceptor: Acceptor, start: (client: number) => Worker): Promise<never> {
  let running = 0;
  for (;;) {
    while (running === most) await sleep(50);
    const client = await acceptor.accept();
    running++;
    start(client).on('exit', () => {
      running--;
    });
  }
}
