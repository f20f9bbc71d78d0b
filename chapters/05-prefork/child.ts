/** One child of the prefork server: the iterative server's loop, on a listener that all its siblings sleep on too. */

import { endWithParent, FIRST_INHERITED } from '../../lib/program/child.ts';
import { serve } from '../../lib/service/blocking.ts';
import { acceptBlocking } from '../../lib/sys/accept.ts';
import { check } from '../../lib/sys/errors.ts';
import { close } from '../../lib/sys/io.ts';
import { sharedCounters } from '../../lib/sys/memory.ts';

// #region inherited
// server.ts hands over two descriptors, in this order.
const LISTENER = FIRST_INHERITED;
const COUNTERS = FIRST_INHERITED + 1;
const [slot = 0, slots = 1] = process.argv.slice(2).map(Number);
// #endregion inherited

endWithParent();
const served = sharedCounters(COUNTERS, slots);

// #region loop
for (;;) {
  const client = check(acceptBlocking(LISTENER), 'accept4'); // the kernel wakes one of those who sleep here
  Atomics.add(served, slot, 1n);
  serve(client);
  close(client);
}
// #endregion loop
