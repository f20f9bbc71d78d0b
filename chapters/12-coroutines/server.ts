/** Coroutines, started: in this thread, and by option in more of them, each with a listener of its own. */

import { once } from 'node:events';
import { startWorker } from '../../lib/program/launch.ts';
import { announce, dieOnSignals, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { getsockname, openListener } from '../../lib/sys/socket.ts';
import { converse } from './converse.ts';
import { serve } from './serve.ts';

const NAME = '12-coroutines';
const options = serverCommand(NAME, 'serve many clients, each with an async function that reads from top to bottom')
  .option('--workers <n>', 'how many threads', wholeNumber(1, 64), 1)
  .parse()
  .opts<{ host: string; port: number; workers: number }>();

const listening = { nonblocking: true, reusePort: options.workers > 1 };
const listener = await openServer(NAME, options, listening);
const address = getsockname(listener); // with --port 0 the kernel has chosen one, and the others shall have the same
for (let i = 1; i < options.workers; i++) {
  const workerData = openListener(address, listening);
  await once(startWorker(new URL('./worker.ts', import.meta.url), { workerData }), 'online');
}
dieOnSignals();
announce(NAME, listener);
serve(listener, converse);
