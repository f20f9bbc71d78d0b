/** Who gives out the threads: a place first, and then a client. */

import type { Worker } from 'node:worker_threads';
import type { Acceptor } from '../../lib/program/acceptor.ts';

/**
 * Accepts clients for ever and starts a thread for each, but never has more than so many threads: whoever finds none
 * waits in the backlog.
 *
 * @param most how many threads at a time
 * @param acceptor its accept() resolves with the next client's descriptor
 * @param start starts the thread of a client. When that has ended it emits 'exit', and when it has failed, 'error' before
 */
export async function serve(most: number, acceptor: Acceptor, start: (client: number) => Worker): Promise<never> {
  let free = most;
  let left = (): void => {};
  for (;;) {
    // Before the client is accepted: who has no place for it leaves it in the backlog.
    if (free === 0) {
      await new Promise<void>((resolve) => {
        left = resolve;
      });
    }
    const client = await acceptor.accept();
    free--;
    start(client).on('exit', () => {
      free++; // here alone: 'exit' comes after 'error', too
      left();
    });
  }
}
