/** A server of node:net that speaks the service's protocol. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Where } from '../../lib/program/program.ts';
import { SystemError } from '../../lib/sys/errors.ts';
import { Conversation } from './conversation.ts';

// #region listen
/** Serves on an address. @throws when it cannot: an error with a `syscall` */
export async function listen({ host, port }: Where): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => new Conversation(socket));
  server.listen({ host, port, backlog: 4096 });
  try {
    await once(server, 'listening');
  } catch (error) {
    const { errno, syscall } = error as NodeJS.ErrnoException;
    throw syscall === 'listen' ? new SystemError(errno!, syscall, `${host}:${port}`) : error;
  }
  return server;
}
// #endregion listen

/** Where a server listens. */
export function addressOf(server: Server): Where {
  const { address: host, port } = server.address() as AddressInfo;
  return { host, port };
}
