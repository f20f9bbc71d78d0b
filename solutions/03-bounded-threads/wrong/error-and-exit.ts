/** Gives a place back on 'error' and on 'exit', and a thread that fails emits both. @diagnosis twice */

import type { Worker } from 'node:worker_threads';
import type { Acceptor } from '../../../lib/program/acceptor.ts';

export async function serve(most: number, acceptor: Acceptor, start: (client: number) => Worker): Promise<never> {
  let free = most;
  let left = (): void => {};
  const leave = (): void => {
    free++;
    left();
  };
  for (;;) {
    if (free === 0) {
      await new Promise<void>((resolve) => {
        left = resolve;
      });
    }
    const client = await acceptor.accept();
    free--;
    start(client).on('error', leave).on('exit', leave);
  }
}
