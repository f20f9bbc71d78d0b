/** One thread of the pool: it sleeps until there is a job, computes, and says the result. */

import { workerData } from 'node:worker_threads';
import { endTogether } from '../../lib/program/thread.ts';
import { burn } from '../../lib/service/burn.ts';
import { check } from '../../lib/sys/errors.ts';
import { read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { BURNER, MESSAGE } from './message.ts';

const jobs: number = workerData;
const message = Memory.allocate(MESSAGE);
const words = new Uint32Array(message.bytes.buffer);
endTogether(BURNER);

// #region loop
while (check(read(jobs, message, 0, MESSAGE), 'read') > 0) {
  // The kernel has woken one of those who sleep here.
  words[1] = burn(words[1]!);
  check(write(jobs, message, 0, MESSAGE), 'write');
}
// #endregion loop
