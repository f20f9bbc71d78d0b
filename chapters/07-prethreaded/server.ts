/** Prethreaded: a fixed number of threads, started in advance, all asleep in accept on one listener. */

import { startWorker } from '../../lib/program/launch.ts';
import { Pool } from '../../lib/program/pool.ts';
import { announce, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { tally } from '../../lib/program/tally.ts';
import { _exit } from '../../lib/sys/process.ts';

const NAME = '07-prethreaded';

// #region shared
/** What a thread is told when it starts; the counters and the lock are memory that all threads share. */
export interface Shared {
  readonly slot: number;
  readonly listener: number;
  /** By slot: how many connections it has accepted, and how often it had to wait for the lock. */
  readonly served: BigUint64Array;
  readonly waited: BigUint64Array;
  /** With --mutex: the word of the lock around accept. */
  readonly lock: SharedArrayBuffer | undefined;
}
// #endregion shared

const options = serverCommand(NAME, 'serve one client in each of a fixed number of threads')
  .option('--threads <n>', 'how many threads', wholeNumber(1, 256), 4)
  .option('--mutex', 'let only one thread at a time into accept', false)
  .parse()
  .opts<{ host: string; port: number; threads: number; mutex: boolean }>();

const listener = await openServer(NAME, options);

// #region start
const counters = (): BigUint64Array =>
  new BigUint64Array(new SharedArrayBuffer(options.threads * BigUint64Array.BYTES_PER_ELEMENT));
const [served, waited] = [counters(), counters()];
const lock = options.mutex ? new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) : undefined;
const entry = new URL('./thread.ts', import.meta.url);

new Pool(NAME, options.threads, (slot) => {
  const workerData: Shared = { slot, listener, served, waited, lock };
  return startWorker(entry, { workerData });
});
announce(NAME, listener);
// #endregion start

// #region stop
function stop(): void {
  const rows = [...served].map((connections, slot) => [slot + 1, connections, ...(lock ? [waited[slot]!] : [])]);
  console.log(tally(['thread', 'connections', ...(lock ? ['waited'] : [])], rows, 1));
  _exit(0); // process.exit() would wait for threads that sleep in system calls
}

process.on('SIGINT', stop).on('SIGTERM', stop);
// #endregion stop
