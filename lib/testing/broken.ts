/** A server whose worker threads fail, as a test wants it. */

import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { type Server, startServer } from './server.ts';

const PRELOAD = fileURLToPath(new URL('./fixtures/broken-burn.cjs', import.meta.url));

/** Starts a server in whose worker threads every BURN fails. @param path from the root of the repository */
export function startBroken(t: ExecutionContext, path: string, ...args: string[]): Promise<Server> {
  return startServer(t, path, { args, by: ['env', `NODE_OPTIONS=--require=${PRELOAD}`] });
}
