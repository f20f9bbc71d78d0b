/** One child of the descriptor-passing server: it never accepts, but takes connections that its parent has accepted. */

import { endWithParent, FIRST_INHERITED } from '../../lib/program/child.ts';
import { serve } from '../../lib/service/blocking.ts';
import { ACCEPT_PAUSE } from '../../lib/sys/accept.ts';
import { check, EINTR, EMFILE, EPIPE } from '../../lib/sys/errors.ts';
import { close, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { receiveDescriptor } from '../../lib/sys/message.ts';
import { nanosleep } from '../../lib/sys/process.ts';

/** Our end of the socketpair. */
const CHANNEL = FIRST_INHERITED;
const free = Memory.allocate(1);

endWithParent();

// #region loop
// One byte says: I am free. Nobody takes it when the parent is gone.
while (write(CHANNEL, free, 0, 1) === 1) {
  let client: number;
  do {
    client = receiveDescriptor(CHANNEL); // sleeps until the parent hands a connection over
  } while (client === -EINTR);
  if (client === -EPIPE) break; // the parent is gone
  if (client === -EMFILE) {
    console.error(`06-descriptor-passing: child ${process.pid} has no descriptor left; a connection is lost`);
    nanosleep(ACCEPT_PAUSE); // or it would be free again at once, and lose the next one too
    continue;
  }
  serve(check(client, 'recvmsg'));
  close(client);
}
// #endregion loop
process.exit();
