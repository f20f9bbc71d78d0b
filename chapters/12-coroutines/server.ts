/** Coroutines, started: in this thread, and by option in more of them, each with a listener of its own. */

import { startVitalWorker } from '../../lib/program/launch.ts';
import { announce, dieOnSignals, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { endTogether } from '../../lib/program/thread.ts';
import { getsockname } from '../../lib/sys/socket.ts';
import { converse } from './converse.ts';
import { serve } from './serve.ts';

const NAME = '12-coroutines';
const options = serverCommand(NAME, 'serve many clients, each with an async function that reads from top to bottom')
  .option('--workers <n>', 'how many threads', wholeNumber(1, 64), 1)
  .parse()
  .opts<{ host: string; port: number; workers: number }>();

const listener = await openServer(NAME, options, { nonblocking: true, reusePort: options.workers > 1 });
const workerData = getsockname(listener); // with --port 0 the kernel has chosen one, and the others shall have the same
for (let i = 1; i < options.workers; i++) {
  await startVitalWorker(`${NAME}: a worker`, new URL('./worker.ts', import.meta.url), { workerData });
}
endTogether(`${NAME}: the main thread`); // Node would wait for the other threads, which sleep in epoll_wait
dieOnSignals();
announce(NAME, listener);
serve(listener, converse);
