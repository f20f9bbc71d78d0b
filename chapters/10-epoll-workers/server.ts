/** epoll workers: several threads with an epoll loop each, and four ways to get connections to them. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'commander';
import { Watch } from '../../lib/program/acceptor.ts';
import { startVitalWorker } from '../../lib/program/launch.ts';
import { announce, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { tally } from '../../lib/program/tally.ts';
import { endProcess, endTogether } from '../../lib/program/thread.ts';
import { ACCEPT_PAUSE, acceptAll } from '../../lib/sys/accept.ts';
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLLIN, epoll_create1, epoll_ctl } from '../../lib/sys/epoll.ts';
import { check } from '../../lib/sys/errors.ts';
import { _exit } from '../../lib/sys/process.ts';
import { getsockname, openListener } from '../../lib/sys/socket.ts';
import type { Handoff, WorkerData } from './worker.ts';

const NAME = '10-epoll-workers';
const options = serverCommand(NAME, 'serve many clients in each of a fixed number of threads, with epoll')
  .option('--workers <n>', 'how many threads', wholeNumber(1, 64), 4)
  .addOption(
    new Option('--handoff <way>', 'who accepts: one for all, each at its own listener, or each at the one listener')
      .choices(['accept', 'reuseport', 'exclusive', 'shared'] as const)
      .default('accept'),
  )
  .parse()
  .opts<{ host: string; port: number; workers: number; handoff: Handoff }>();
const { workers, handoff } = options;

// #region listeners
const listener = await openServer(NAME, options, { nonblocking: true, reusePort: handoff === 'reuseport' });
const address = getsockname(listener); // with --port 0 the kernel has chosen one, and the others shall have the same

/** The listener of a worker; -1 where it has none. */
function listenerOf(slot: number): number {
  if (handoff === 'accept') return -1;
  if (handoff === 'reuseport' && slot > 0) return openListener(address, { nonblocking: true, reusePort: true });
  return listener;
}
// #endregion listeners

// #region start
/** For each worker how often it was woken for its listener, and how many connections it got. */
const counts = new BigUint64Array(new SharedArrayBuffer(2 * workers * BigUint64Array.BYTES_PER_ELEMENT));
const epolls: number[] = [];

/** Starts a worker, and waits until it runs. */
async function start(slot: number): Promise<void> {
  const who = `${NAME}: worker ${slot + 1}`;
  try {
    const epoll = check(epoll_create1(EPOLL_CLOEXEC), 'epoll_create1');
    epolls[slot] = epoll;
    const workerData: WorkerData = { who, slot, epoll, listener: listenerOf(slot), handoff, counts };
    await startVitalWorker(who, new URL('./worker.ts', import.meta.url), { workerData });
  } catch (error) {
    endProcess(who, error as Error);
  }
}
await Promise.all(Array.from({ length: workers }, (_, slot) => start(slot)));
// #endregion start

// #region stop
function stop(): void {
  const rows = epolls.map((_, slot) => [slot + 1, counts[2 * slot]!, counts[2 * slot + 1]!]);
  console.log(tally(['worker', 'told', 'connections'], rows, 1));
  _exit(0); // the workers sleep in epoll_wait, and never hear of anything else
}

endTogether(`${NAME}: the main thread`); // Node would wait for the workers, which sleep in epoll_wait
process.on('SIGINT', stop).on('SIGTERM', stop);
announce(NAME, listener);
// #endregion stop

// #region deal
if (handoff === 'accept') {
  let next = 0;
  const deal = (fd: number): void => {
    check(epoll_ctl(epolls[next]!, EPOLL_CTL_ADD, fd, EPOLLIN), 'epoll_ctl'); // into the set that the worker sleeps on
    Atomics.add(counts, 2 * next + 1, 1n);
    next = (next + 1) % workers;
  };
  const incoming = new Watch(listener);
  for (;;) {
    await incoming.readable();
    if (!acceptAll(listener, deal)) await sleep(ACCEPT_PAUSE); // out of descriptors: do not spin
  }
}
// #endregion deal
