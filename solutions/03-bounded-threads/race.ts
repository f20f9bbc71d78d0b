/** The same with a promise for each thread that runs: when all places are taken, it waits for whoever ends first. */

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
  const running = new Set<Promise<void>>();
  for (;;) {
    if (running.size === most) await Promise.race(running);
    const thread = start(await acceptor.accept());
    const ended = new Promise<void>((resolve) => {
      thread.on('exit', () => {
        running.delete(ended);
        resolve();
      });
    });
    running.add(ended);
  }
}
