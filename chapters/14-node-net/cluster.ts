/** The same server in several processes, by node:cluster. */

import cluster from 'node:cluster';
import { once } from 'node:events';
import { compile } from '../../lib/program/bundle.ts';
import { PARENT } from '../../lib/program/child.ts';
import type { Where } from '../../lib/program/program.ts';
import { addressOf, listen } from './listen.ts';

/** A process that ended is replaced after so many milliseconds: no crash loop eats the machine. */
const PAUSE = 1000;

/** Who accepts: the primary process, which passes connections on, or each process for itself. */
export type Schedule = 'primary' | 'each';

// #region fork
/** Starts the processes. @returns where they listen @throws Error when they cannot */
export async function fork(name: string, where: Where, count: number, schedule: Schedule): Promise<Where> {
  cluster.schedulingPolicy = schedule === 'primary' ? cluster.SCHED_RR : cluster.SCHED_NONE;
  const exec = compile(new URL('./worker.ts', import.meta.url));
  // With --port 0 the kernel chooses one, which those who replace all others shall find again.
  const server = await listen(where);
  const address = addressOf(server);
  server.close();
  cluster.setupPrimary({ exec, execArgv: [], args: [address.host, String(address.port)] });
  do await start();
  while (Object.keys(cluster.workers ?? {}).length < count); // one may have ended meanwhile
  cluster.on('exit', ({ process: { pid } }, status, signal) => {
    console.error(`${name}: process ${pid} ended (${signal ?? `status ${status}`}); another takes its place`);
    setTimeout(() => start().catch(({ message }) => console.error(`${name}: ${message}`)), PAUSE);
  });
  return address;
}

async function start(): Promise<void> {
  const worker = cluster.fork({ [PARENT]: process.pid });
  const failed = once(worker, 'message').then(([message]) => message);
  const ended = once(worker, 'exit').then(([status, signal]) => `a process ended (${signal ?? `status ${status}`})`);
  const failure = Promise.race([failed, ended]).then((message) => {
    throw Object.assign(new Error(message), { syscall: 'listen' });
  });
  await Promise.race([once(worker, 'listening'), failure]);
}
// #endregion fork
