/** Several threads with an epoll loop each and one listener in all their sets, as in chapter 10; your Listening is in each. */

import { startVitalWorker } from '../../lib/program/launch.ts';
import { announce, dieOnSignals, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { compiledAnswer } from '../check/compiled.ts';
import { subject } from '../check/subject.ts';
import type { WorkerData } from './worker.ts';

const NAME = '10-balance';
const options = serverCommand(NAME, 'serve many clients in each of a fixed number of threads, which share a listener')
  .option('--workers <n>', 'how many threads', wholeNumber(1, 64), 3)
  .parse()
  .opts<{ host: string; port: number; workers: number }>();
await subject<typeof import('./starter.ts')>(import.meta.url, 'Listening');
const listener = await openServer(NAME, options, { nonblocking: true });
const [path, bundle] = compiledAnswer(import.meta.url);

// #region start
for (let slot = 0; slot < options.workers; slot++) {
  const workerData: WorkerData = { listener, path, bundle };
  await startVitalWorker(`${NAME}: worker ${slot + 1}`, new URL('./worker.ts', import.meta.url), { workerData });
}
// #endregion start
dieOnSignals();
announce(NAME, listener);
