/** Counts from the wrong end: one thread more than is allowed. @diagnosis too-many */

import type { Worker } from 'node:worker_threads';
import type { Acceptor } from '../../../lib/program/acceptor.ts';

export async function serve(most: number, acceptor: Acceptor, start: (client: number) => Worker): Promise<never> {
  let running = 0;
  let left = (): void => {};
  for (;;) {
    if (running > most) {
      await new Promise<void>((resolve) => {
        left = resolve;
      });
    }
    const client = await acceptor.accept();
    running++;
    start(client).on('exit', () => {
      running--;
      left();
    });
  }
}
