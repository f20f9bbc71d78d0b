/** A server whose worker threads or children fail, as a test wants it. */

import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { type Server, startServer } from './server.ts';

/** The words that start a program in which something is broken. @param what a file's name in fixtures/ */
export function broken(what: 'burn' | 'child' | 'main'): string[] {
  const preload = fileURLToPath(new URL(`./fixtures/broken-${what}.cjs`, import.meta.url));
  return ['env', `NODE_OPTIONS=--require=${preload}`];
}

/** Starts a server in whose worker threads every BURN fails. @param path from the root of the repository */
export function startBroken(t: ExecutionContext, path: string, ...args: string[]): Promise<Server> {
  return startServer(t, path, { args, by: broken('burn') });
}
