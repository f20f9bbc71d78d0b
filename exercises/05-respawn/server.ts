/** The server of chapter 05 and its children, kept by your Pool. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { startChild } from '../../lib/program/launch.ts';
import { announce, openServer, serverCommand, wholeNumber } from '../../lib/program/program.ts';
import { memfd } from '../../lib/sys/memory.ts';
import { subject } from '../check/subject.ts';

const NAME = '05-respawn';
const options = serverCommand(NAME, 'serve one client in each of a fixed number of processes, kept by your Pool')
  .option('--children <n>', 'how many processes', wholeNumber(1, 256), 3)
  .option('--broken <file>', 'while FILE exists, every child that starts ends at once', '')
  .parse()
  .opts<{ host: string; port: number; children: number; broken: string }>();
const { Pool } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Pool');
const size = options.children;
const listener = await openServer(NAME, options);
const counters = memfd(size * BigUint64Array.BYTES_PER_ELEMENT);

function say(what: string): void {
  console.log(`${(performance.now() / 1000).toFixed(3)} s  ${what}`);
}

// #region start
const entry = new URL('../../chapters/05-prefork/child.ts', import.meta.url);
const pool = new Pool(size, (slot) => {
  const child = existsSync(options.broken)
    ? spawn('false', { stdio: 'ignore' }) // ends at once; Node may take a second on a busy machine
    : startChild(entry, [`${slot}`, `${size}`], [listener, counters]);
  say(`slot ${slot}: child ${child.pid} starts`);
  child.on('exit', (status, signal) => say(`slot ${slot}: child ${child.pid} ended (${signal ?? `status ${status}`})`));
  return child;
});
announce(NAME, listener);

function stop(): void {
  pool.stop();
  for (const child of pool.members) child.kill('SIGKILL');
}
process.once('SIGINT', stop).once('SIGTERM', stop);
// #endregion start
