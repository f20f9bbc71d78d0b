/** The machine's listeners, and the connections of those that are watched. */

import { type DiagSocket, SocketDiag, TCP_LISTEN, TCP_STATES } from '../../lib/sys/diag.ts';

/** All states but LISTEN. */
const CONNECTED =
  TCP_STATES.reduce((bits, name, state) => (name === '' ? bits : bits | (1 << state)), 0) & ~(1 << TCP_LISTEN);
/** For so many ports the kernel is asked one by one; for more of them, once for all connections of the machine. */
const APIECE = 4;
/** An address that stands for all of them, in hexadecimal. */
const ANY = /^0+$/;

/** A socket that listens. */
export interface Listener {
  readonly port: number;
  /** In hexadecimal, as DiagSocket has it. */
  readonly host: string;
  /** How many connections wait to be accepted, and how many may. */
  readonly queue: number;
  readonly backlog: number;
}

/** Who has listeners, and gets to know its connections. */
export interface Owner {
  readonly listeners: ReadonlyMap<number, Listener>;
  /** Is told of one connection after the other. */
  connection(state: number, inode: number): void;
}

/** Asks the kernel. */
export class Sockets {
  readonly #diag = new SocketDiag();

  /** All listeners of TCP, by their inodes. */
  listeners(): Map<number, Listener> {
    const all = new Map<number, Listener>();
    this.#diag.tcp(1 << TCP_LISTEN, 0, ({ inode, port, host, receiveQueue: queue, sendQueue: backlog }) =>
      all.set(inode, { port, host, queue, backlog }),
    );
    return all;
  }

  /** Tells each owner of its connections. */
  connections(owners: Iterable<Owner>): void {
    const byPort = new Map<number, Set<Owner>>();
    for (const owner of owners) {
      for (const { port } of owner.listeners.values()) byPort.set(port, (byPort.get(port) ?? new Set()).add(owner));
    }
    const tell = (socket: DiagSocket): void => {
      const candidates = byPort.get(socket.port);
      if (candidates === undefined) return;
      for (const owner of candidates) {
        if (candidates.size > 1 && !isAt(owner, socket)) continue;
        owner.connection(socket.state, socket.inode);
        return;
      }
    };
    if (byPort.size > APIECE) this.#diag.tcp(CONNECTED, 0, tell);
    else for (const port of byPort.keys()) this.#diag.tcp(CONNECTED, port, tell);
  }

  close(): void {
    this.#diag.close();
  }
}

/** Whether a connection came to a listener of an owner: to its address, or to one of all. */
function isAt({ listeners }: Owner, { port, host }: DiagSocket): boolean {
  return [...listeners.values()].some((one) => one.port === port && (one.host === host || ANY.test(one.host)));
}

/** An address for people: `127.0.0.1:8090`, `[::1]:8090`. */
export function addressText({ host, port }: Listener): string {
  if (host.length === 8) return `${Buffer.from(host, 'hex').join('.')}:${port}`;
  const groups = host.match(/.{4}/g)!.map((group) => Number.parseInt(group, 16).toString(16));
  const text = groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::');
  return `[${text}]:${port}`;
}
