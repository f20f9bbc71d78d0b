/** One more thread of the coroutine server, with a listener of its own. */

import { workerData } from 'node:worker_threads';
import { endTogether } from '../../lib/program/thread.ts';
import type { SocketAddress } from '../../lib/sys/address.ts';
import { openListener } from '../../lib/sys/socket.ts';
import { converse } from './converse.ts';
import { serve } from './serve.ts';

const listener = openListener(workerData as SocketAddress, { nonblocking: true, reusePort: true });
endTogether('12-coroutines: a worker');
serve(listener, converse);
