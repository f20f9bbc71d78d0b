/** The server of chapter 07, whose threads can end; your stop() sees to it that they do. */

import { startWorker } from '../../lib/program/launch.ts';
import { Pool } from '../../lib/program/pool.ts';
import { announce, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { SO_SNDBUF, SOL_SOCKET, setsockopt } from '../../lib/sys/socket.ts';
import { subject } from '../check/subject.ts';

const NAME = '07-graceful';

/** What a thread is told when it starts; the arrays are memory that all threads share. */
export interface Shared {
  readonly slot: number;
  readonly listener: number;
  /** By slot: the descriptor of the connection that is being served, or -1. */
  readonly serving: Int32Array;
  /** Its only word is 1 as soon as the server shall end. */
  readonly ending: Int32Array;
}

const options = serverCommand(NAME, 'serve one client in each of a fixed number of threads, which your stop() ends')
  .option('--threads <n>', 'how many threads', wholeNumber(1, 256), 3)
  .parse()
  .opts<{ host: string; port: number; threads: number }>();
const { stop } = await subject<typeof import('./starter.ts')>(import.meta.url, 'stop');
const listener = await openServer(NAME, options);
setsockopt(listener, SOL_SOCKET, SO_SNDBUF, 32_768); // or the kernel would keep megabytes of an answer for slow readers
const words = (length: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
const [serving, ending] = [words(options.threads).fill(-1), words(1)];
const entry = new URL('./thread.ts', import.meta.url);

// #region end
const pool = new Pool(NAME, options.threads, (slot) => {
  const workerData: Shared = { slot, listener, serving, ending };
  return startWorker(entry, { workerData });
});
announce(NAME, listener);

function end(): void {
  pool.stop(); // a thread that ends from now on is not replaced
  Atomics.store(ending, 0, 1);
  stop(listener, serving);
}
process.once('SIGINT', end).once('SIGTERM', end);
// #endregion end
