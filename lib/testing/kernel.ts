/** What the kernel tells of a server from outside: how many it is, whether it sleeps, and what lies unread. */

import { readFileSync } from 'node:fs';
import { descriptors, processes, target, threads } from './proc.ts';
import { type Server, until } from './server.ts';

/** The processes of a server that have not ended. */
function living(server: Server): number[] {
  return processes(server.child.pid!).flatMap(({ pid, state }) => (state === 'Z' ? [] : [pid]));
}

/** How many processes and threads a server is; without tsx's compiler, which stays where it had to compile. */
export function headcount(server: Server): { processes: number; threads: number } {
  const own = processes(server.child.pid!).filter(({ name, state }) => name !== 'esbuild' && state !== 'Z');
  return { processes: own.length, threads: own.flatMap(({ pid }) => threads(pid)).length };
}

/**
 * Tells whether a whole server sleeps and has nothing to do: each thread of each of its processes was asleep at two
 * looks, and none has run in between, for which the kernel's count of how often it went to sleep vouches. So there was
 * a moment at which all slept. A thread that bytes or a connection have woken is runnable, even while no processor is
 * given to it: load makes this come late, and never too early.
 */
export class Stillness {
  readonly #server: Server;
  #seen = '';

  constructor(server: Server) {
    this.#server = server;
  }

  /** Looks once. @returns whether everybody was asleep at this look and at the one before, and in between */
  look(): boolean {
    const all = living(this.#server).flatMap((pid) => threads(pid));
    const before = this.#seen;
    this.#seen = all.every(({ state }) => state === 'S') ? all.map(({ tid, sleeps }) => `${tid}:${sleeps}`).join() : '';
    return this.#seen !== '' && this.#seen === before;
  }
}

/** Waits until a server has done all that it can do now and sleeps. */
export async function settled(server: Server): Promise<void> {
  const stillness = new Stillness(server);
  await until(() => stillness.look(), 'the server has nothing to do and sleeps');
}

/** A server's end of a TCP connection, or its listener. */
interface End {
  /** As the kernel writes it: see the states below. */
  readonly state: string;
  /** The peer's port; 0 for a listener. */
  readonly peer: number;
  /** How many bytes have come that nobody has read yet, whether the connection was accepted or not. */
  readonly unread: number;
  /** As in the `socket:[12345]` of a descriptor; 0 before it was accepted and after it was closed. */
  readonly inode: number;
}

export const ESTABLISHED = '01';
const LISTEN = '0A';

/** What the kernel knows of a port, over IPv4: a server's listeners and its ends of connections; proc_net_tcp(5). */
export function ends(port: number): End[] {
  const ours = port.toString(16).toUpperCase().padStart(4, '0');
  return readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .filter((line) => line.includes(`:${ours} `))
    .map((line) => line.trim().split(/\s+/) as string[])
    .filter(([, local]) => local?.endsWith(`:${ours}`)) // the others are the clients' ends
    .map(([, , peer = '', state = '', queues = '', , , , , inode]) => {
      const [, hexPort = ''] = peer.split(':');
      const [, unread = ''] = queues.split(':');
      return { state, peer: Number.parseInt(hexPort, 16), unread: Number.parseInt(unread, 16), inode: Number(inode) };
    });
}

/** How many sockets listen on a server's port, however many processes share one. */
export function countListening(server: Server): number {
  return ends(server.port).filter(({ state }) => state === LISTEN).length;
}

/** The processes of a server that hold a socket which listens on its port. */
export function listeners(server: Server): number[] {
  const sockets = ends(server.port).flatMap(({ state, inode }) => (state === LISTEN ? [`socket:[${inode}]`] : []));
  return living(server).filter((pid) => descriptors(pid).some((fd) => sockets.includes(target(pid, fd))));
}
