/** fork(2) from JavaScript, and what becomes of the child. Nothing here serves anybody; it ends by itself. */

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dieOnSignals } from '../../lib/program/program.ts';
import { check } from '../../lib/sys/errors.ts';
import { Memory } from '../../lib/sys/memory.ts';
import {
  _exit,
  exitStatus,
  fork,
  kill,
  nanosleep,
  SIGKILL,
  termSignal,
  WNOHANG,
  waitpid,
} from '../../lib/sys/process.ts';

/** How long the child may take, in milliseconds. All it has to do is to end. */
const PATIENCE = 2000;
/** What it returns if it does. */
const ALIVE = 42;

/** How much memory this process has in RAM, in MiB: all of it, and what a child will not get (dc, as in proc(5)). */
function resident(): { all: number; withheld: number } {
  let [all, withheld] = [0, 0];
  for (const mapping of readFileSync('/proc/self/smaps', 'latin1').split(/^(?=[0-9a-f]+-)/m)) {
    const size = Number(/^Rss: +(\d+) kB$/m.exec(mapping)?.[1]) / 1024;
    all += size;
    if (/^VmFlags:.* dc\b/m.test(mapping)) withheld += size;
  }
  return { all, withheld };
}

const { all, withheld } = resident();
const heap = process.memoryUsage().heapTotal / 2 ** 20;
console.log(
  `This is process ${process.pid}. It has ${all.toFixed(1)} MiB in RAM, among them a JavaScript heap of ${heap.toFixed(1)} MiB.`,
);
console.log(`${withheld.toFixed(1)} MiB are in mappings with the flag dc: "do not copy on fork" (MADV_DONTFORK).`);
console.log('Now it calls fork(). The child has nothing to do but to end.');
dieOnSignals(); // Ctrl-C ends both, even a child that hangs

// #region fork
const status = Memory.allocate(4); // everything that the child could need is there beforehand
const child = fork();
if (child === 0) _exit(ALIVE); // the child's only line
check(child, 'fork');

const end = performance.now() + PATIENCE;
while (check(waitpid(child, status, WNOHANG), 'waitpid') === 0) {
  if (performance.now() > end) kill(child, SIGKILL);
  nanosleep(10);
}
// #endregion fork

const signal = Object.entries(constants.signals).find(([, number]) => number === termSignal(status))?.[0];
const how =
  signal === undefined
    ? `reached its only line and ended with status ${exitStatus(status)}`
    : signal === 'SIGKILL'
      ? `did not reach its only line in ${PATIENCE / 1000} s, and was killed`
      : `never reached its only line: ${signal} ended it`;
console.log(`Child ${child} ${how}.`);
console.log(`Process ${process.pid} lives.`);
