/** One thread of the prethreaded server: the iterative server's loop, on a listener that all threads share. */

import { workerData } from 'node:worker_threads';
import { serve } from '../../lib/service/blocking.ts';
import { acceptBlocking } from '../../lib/sys/accept.ts';
import { check } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { Mutex } from './mutex.ts';
import type { Shared } from './server.ts';

const { slot, listener, served, waited, lock } = workerData as Shared;
const mutex = lock && new Mutex(lock);

// #region loop
for (;;) {
  const client = check(mutex === undefined ? acceptBlocking(listener) : acceptAlone(mutex), 'accept4');
  Atomics.add(served, slot, 1n);
  serve(client);
  close(client);
}
// #endregion loop

// #region alone
/** Accepts while no other thread does. */
function acceptAlone(mutex: Mutex): number {
  if (mutex.lock()) Atomics.add(waited, slot, 1n);
  try {
    return acceptBlocking(listener); // sleeps, and holds the lock meanwhile
  } finally {
    mutex.unlock();
  }
}
// #endregion alone
