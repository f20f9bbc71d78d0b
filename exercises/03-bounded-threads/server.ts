/** The server of chapter 03 and its threads; who gives them out is yours. */

import type { Worker } from 'node:worker_threads';
import { Acceptor } from '../../lib/program/acceptor.ts';
import { compile } from '../../lib/program/bundle.ts';
import { startWorker } from '../../lib/program/launch.ts';
import { announce, dieOnSignals, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { close } from '../../lib/sys/io.ts';
import { subject } from '../check/subject.ts';

const NAME = '03-bounded-threads';
const options = serverCommand(NAME, 'serve each client in a thread of its own, which your loop starts')
  .option('--max-threads <n>', 'how many at a time; more clients wait in the backlog', wholeNumber(1, 1000), 2)
  .option('--broken <file>', 'while FILE exists, every thread that starts fails at once', '')
  .parse()
  .opts<{ host: string; port: number; maxThreads: number; broken: string }>();
const { serve } = await subject<typeof import('./starter.ts')>(import.meta.url, 'serve');
const listener = await openServer(NAME, options, { nonblocking: true });
const entry = new URL('./thread.ts', import.meta.url);
compile(entry);
dieOnSignals();
setInterval(() => {}, 2 ** 30); // or Node would end when nobody is served and serve() waits for what never comes
announce(NAME, listener);

// #region start
function start(client: number): Worker {
  const thread = startWorker(entry, { workerData: { client, broken: options.broken } });
  thread.on('error', ({ message }) => console.error(`${NAME}: a thread has failed (${message})`));
  thread.on('exit', () => close(client)); // however it ended
  return thread;
}

await serve(options.maxThreads, new Acceptor(listener), start);
// #endregion start
