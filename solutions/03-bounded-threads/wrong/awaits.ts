/** Counts the places, and waits for each thread all the same: a bound of one. @diagnosis one-by-one */

import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { Acceptor } from '../../../lib/program/acceptor.ts';

export async function serve(most: number, acceptor: Acceptor, start: (client: number) => Worker): Promise<never> {
  let free = most;
  while (free > 0) {
    const client = await acceptor.accept();
    free--;
    await once(start(client), 'exit');
    free++;
  }
  throw new Error('no place is left');
}
