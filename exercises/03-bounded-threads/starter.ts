/** Who gives out the threads. As it stands every client is given one, however many there are. */

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
  let threads = 0;
  for (;;) {
    const client = await acceptor.accept();
    start(client);
    threads++;
    if (threads > most) console.error(`${threads} threads were started, and ${most} are allowed`);
  }
}
