/** One thread of the server: the chapter's loop, which tells whom it serves, and ends when nobody can be accepted. */

import { workerData } from 'node:worker_threads';
import { serve } from '../../lib/service/blocking.ts';
import { acceptBlocking } from '../../lib/sys/accept.ts';
import { close } from '../../lib/sys/io.ts';
import { SHUT_RD, shutdown } from '../../lib/sys/socket.ts';
import type { Shared } from './server.ts';

const { slot, listener, serving, ending } = workerData as Shared;

// #region loop
for (;;) {
  const client = acceptBlocking(listener);
  if (client < 0) break; // the listener is done for
  Atomics.store(serving, slot, client);
  if (Atomics.load(ending, 0) === 1) shutdown(client, SHUT_RD); // perhaps stop() has looked just before
  serve(client);
  Atomics.store(serving, slot, -1);
  close(client);
}
// #endregion loop
