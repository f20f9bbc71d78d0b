/** A server that the kernel refuses one thread or process more: what becomes of its clients, and of itself. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import { ask, connectTo } from './client.ts';
import { members, openDescriptors } from './footprint.ts';
import { settled } from './kernel.ts';
import { type Server, startServer, until } from './server.ts';

/** The kernel counts the tasks (threads and processes) of a user, and lets root have any number: so be nobody else's. */
const USER = 54_321;
/** What it keeps of root's rights: to use and to write the files of this checkout. */
const RIGHTS = '+dac_override,+fowner';
const AS_USER = ['--clear-groups', `--reuid=${USER}`];
const BY = ['setpriv', ...AS_USER, `--inh-caps=${RIGHTS}`, `--ambient-caps=${RIGHTS}`];

function countTasks(): number {
  let count = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'latin1');
      if (new RegExp(`^Uid:\\s+${USER}\\s`, 'm').test(status)) count += readdirSync(`/proc/${pid}/task`).length;
    } catch {} // it has just ended
  }
  return count;
}

/** A server, and the bound on its tasks. */
interface Bounded {
  readonly server: Server;
  /** Lets it have so many tasks more than it has now; setrlimit(2), RLIMIT_NPROC. */
  allow(more: number): Promise<void>;
}

/**
 * Starts a server whose tasks can be bounded.
 *
 * @returns undefined, and a word in the test's log, where that cannot be done: it takes root, and util-linux
 */
async function startBounded(t: ExecutionContext, path: string): Promise<Bounded | undefined> {
  if (process.getuid?.() !== 0 || spawnSync(BY[0]!, [...BY.slice(1), 'prlimit', '--version']).status !== 0) {
    t.log('NOT CHECKED: only root with setpriv and prlimit can bound the tasks of another user');
    return undefined;
  }
  const server = await startServer(t, path, { by: BY });
  const allow = async (more: number): Promise<void> => {
    await settled(server);
    const words = ['prlimit', '--pid', `${server.pid}`, `--nproc=${countTasks() + more}:`]; // the soft limit alone
    t.is(spawnSync('setpriv', [...AS_USER, ...words]).status, 0);
  };
  return { server, allow };
}

/**
 * A server whose clients get a thread or a process each, and for some there is none: it tells so, closes their
 * connections, and goes on.
 *
 * @param told the line that it says for each of them
 */
export async function outlivesRefusals(t: ExecutionContext, path: string, told: RegExp): Promise<void> {
  const bounded = await startBounded(t, path);
  if (bounded === undefined) {
    t.pass();
    return;
  }
  const { server, allow } = bounded;
  t.is(await ask(t, server, 'PING\n'), 'PONG\n');
  await until(() => members(server).length === 1, 'whoever served has gone');
  await settled(server);
  const before = openDescriptors(server);
  await allow(0);
  for (let i = 0; i < 3; i++) {
    const client = await connectTo(t, server);
    t.is((await client.rest()).length, 0, 'an end, and no reset: it had sent nothing');
    client.close();
  }
  t.is(openDescriptors(server), before);
  await until(() => server.stderr.length === 3, 'a line for each');
  for (const line of server.stderr) t.regex(line, told);
  await allow(40);
  t.is(await ask(t, server, 'PING\n'), 'PONG\n');
}
