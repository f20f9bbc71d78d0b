/** Prefork: a fixed number of processes, started in advance, all asleep in accept on one listener. */

import type { ChildProcess } from 'node:child_process';
import { startChild } from '../../lib/program/launch.ts';
import { announce, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { tally } from '../../lib/program/tally.ts';
import { memfd, sharedCounters } from '../../lib/sys/memory.ts';

const NAME = '05-prefork';
/** A child that ends sooner than this, in milliseconds, is replaced only after as long: no crash loop eats the machine. */
const SHORT_LIFE = 1000;

const options = serverCommand(NAME, 'serve one client in each of a fixed number of processes')
  .option('--children <n>', 'how many processes', wholeNumber(1, 256), 4)
  .parse()
  .opts<{ host: string; port: number; children: number }>();
const slots = options.children;

// #region shared
const listener = await openServer(NAME, options);
const counters = memfd(slots * BigUint64Array.BYTES_PER_ELEMENT);
const served = sharedCounters(counters, slots);
// #endregion shared

// #region start
const children: ChildProcess[] = [];
const restarts: NodeJS.Timeout[] = [];
let stopping = false;

function start(slot: number): void {
  const began = performance.now();
  const child = startChild(new URL('./child.ts', import.meta.url), [`${slot}`, `${slots}`], [listener, counters]);
  children[slot] = child;
  const replace = (why: string): void => {
    if (stopping) return;
    console.error(`${NAME}: child ${child.pid} ${why}; another takes its place`);
    const pause = performance.now() - began < SHORT_LIFE ? SHORT_LIFE : 0;
    restarts[slot] = setTimeout(start, pause, slot);
  };
  child.on('exit', (status, signal) => replace(`ended (${signal ?? `status ${status}`})`));
  child.on('error', ({ message }) => replace(`did not start (${message})`));
}

for (let slot = 0; slot < slots; slot++) start(slot);
announce(NAME, listener);
// #endregion start

// #region stop
function stop(): void {
  if (stopping) return;
  stopping = true;
  for (const restart of restarts) clearTimeout(restart);
  for (const child of children) child.kill('SIGKILL'); // asleep in accept or read, it could handle no other
  const rows = children.map(({ pid }, slot) => [slot + 1, pid ?? 0, served[slot]!]);
  console.log(tally(['child', 'pid', 'connections'], rows, 2));
  process.exitCode = 0; // the process ends when the last child has been reaped
}

process.on('SIGINT', stop).on('SIGTERM', stop);
// #endregion stop
