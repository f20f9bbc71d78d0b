/** Gives a place back when its thread ends well, and keeps that of one that fails. @diagnosis not-given-back */

import type { Worker } from 'node:worker_threads';
import type { Acceptor } from '../../../lib/program/acceptor.ts';

export async function serve(most: number, acceptor: Acceptor, start: (client: number) => Worker): Promise<never> {
  let free = most;
  let left = (): void => {};
  for (;;) {
    if (free === 0) {
      await new Promise<void>((resolve) => {
        left = resolve;
      });
    }
    const client = await acceptor.accept();
    free--;
    start(client).on('exit', (status) => {
      if (status !== 0) return;
      free++;
      left();
    });
  }
}
