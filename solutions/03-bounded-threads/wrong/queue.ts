/** Keeps those for whom there is no thread in a queue of its own, besides the kernel's. @diagnosis accepts-first */

import type { Worker } from 'node:worker_threads';
import type { Acceptor } from '../../../lib/program/acceptor.ts';

export async function serve(most: number, acceptor: Acceptor, start: (client: number) => Worker): Promise<never> {
  const waiting: number[] = [];
  let running = 0;
  const next = (): void => {
    while (running < most && waiting.length > 0) {
      running++;
      start(waiting.shift()!).on('exit', () => {
        running--;
        next();
      });
    }
  };
  for (;;) {
    waiting.push(await acceptor.accept());
    next();
  }
}
