/** The same server in several processes, by node:cluster. */

import cluster from 'node:cluster';
import { once } from 'node:events';
import { PARENT } from '../../lib/program/child.ts';
import { compile } from '../../lib/program/launch.ts';
import type { Where } from '../../lib/program/program.ts';
import type { SocketAddress } from '../../lib/sys/address.ts';

/** A process that ended is replaced after so many milliseconds: no crash loop eats the machine. */
const PAUSE = 1000;

/** Who accepts: the primary process, which passes connections on, or each process for itself. */
export type Schedule = 'primary' | 'each';

// #region fork
/** Starts the processes. @returns where they listen @throws Error when they cannot */
export async function fork(name: string, where: Where, count: number, schedule: Schedule): Promise<SocketAddress> {
  cluster.schedulingPolicy = schedule === 'primary' ? cluster.SCHED_RR : cluster.SCHED_NONE;
  const exec = compile(new URL('./worker.ts', import.meta.url));
  cluster.setupPrimary({ exec, execArgv: [], args: [where.host, String(where.port)] });
  const address = await start();
  for (let i = 1; i < count; i++) await start();
  cluster.on('exit', ({ process: { pid } }, status, signal) => {
    console.error(`${name}: process ${pid} ended (${signal ?? `status ${status}`}); another takes its place`);
    setTimeout(() => start().catch(({ message }) => console.error(`${name}: ${message}`)), PAUSE);
  });
  return address;
}

async function start(): Promise<SocketAddress> {
  const worker = cluster.fork({ [PARENT]: process.pid });
  const failed = once(worker, 'message').then(([message]) => message);
  const ended = once(worker, 'exit').then(([status, signal]) => `a process ended (${signal ?? `status ${status}`})`);
  const failure = Promise.race([failed, ended]).then((message) => {
    throw Object.assign(new Error(message), { syscall: 'listen' });
  });
  const [{ address: host, port }] = await Promise.race([once(worker, 'listening'), failure]);
  return { host, port };
}
// #endregion fork
