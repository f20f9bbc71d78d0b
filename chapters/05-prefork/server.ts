/** Prefork: a fixed number of processes, started in advance, all asleep in accept on one listener. */

import { startChild } from '../../lib/program/launch.ts';
import { Pool } from '../../lib/program/pool.ts';
import { announce, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { tally } from '../../lib/program/tally.ts';
import { memfd, sharedCounters } from '../../lib/sys/memory.ts';

const NAME = '05-prefork';

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
const entry = new URL('./child.ts', import.meta.url);
const pool = new Pool(NAME, slots, (slot) => startChild(entry, [`${slot}`, `${slots}`], [listener, counters]));
announce(NAME, listener);
// #endregion start

// #region stop
let stopping = false;

function stop(): void {
  if (stopping) return;
  stopping = true;
  pool.stop();
  for (const child of pool.members) child?.kill('SIGKILL'); // asleep in accept or read, it could handle no other
  const rows = pool.members.map((child, slot) => [slot + 1, child?.pid ?? 0, served[slot]!]);
  console.log(tally(['child', 'pid', 'connections'], rows, 2));
  process.exitCode = 0; // the process ends when the last child has been reaped
}

process.on('SIGINT', stop).on('SIGTERM', stop);
// #endregion stop
