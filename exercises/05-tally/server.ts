/** Processes that serve one client each, as in chapter 05, and count in the same memory with your Tally. */

import { startChild } from '../../lib/program/launch.ts';
import { announce, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { memfd, sharedCounters } from '../../lib/sys/memory.ts';
import { compiledAnswer } from '../check/compiled.ts';
import { subject } from '../check/subject.ts';

const NAME = '05-tally';
const options = serverCommand(NAME, 'serve one client in each of a fixed number of processes, counted by your Tally')
  .option('--children <n>', 'how many processes', wholeNumber(1, 64), 2)
  .option('--rush <n>', 'how often the others count while the first does, before they serve', wholeNumber(0, 1e6), 0)
  .option('--bytes <n>', 'how many bytes come on each connection that is counted then', wholeNumber(0, 1e9), 1e6)
  .parse()
  .opts<{ host: string; port: number; children: number; rush: number; bytes: number }>();
const { Tally } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Tally');
const { children: size, rush, bytes } = options;
const listener = await openServer(NAME, options);

// #region start
const counters = memfd(2 * size * BigUint64Array.BYTES_PER_ELEMENT);
const told = memfd(2 * BigUint64Array.BYTES_PER_ELEMENT); // what the children tell each other in a rush
const entry = new URL('./child.ts', import.meta.url);
const answer = compiledAnswer(import.meta.url);
const children = Array.from({ length: size }, (_, slot) =>
  startChild(entry, [...answer, ...[slot, size, rush, bytes].map(String)], [listener, counters, told]),
);
const tally = new Tally(sharedCounters(counters, 2 * size), -1);
// #endregion start

function tell(): void {
  const totals = tally.totals();
  console.log(`${totals.connections} connections, ${totals.bytes} bytes`);
}

let stopping = false;

function stop(): void {
  if (stopping) return;
  stopping = true;
  for (const child of children) child.kill('SIGKILL');
  tell();
}

for (const child of children) {
  child.on('exit', () => {
    if (!stopping) process.exit(1); // it has said why
  });
}
process.on('SIGUSR2', tell).on('SIGINT', stop).on('SIGTERM', stop);
announce(NAME, listener);
