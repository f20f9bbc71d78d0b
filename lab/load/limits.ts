/** How many processes so many connections take, and from how many addresses: the arithmetic of what the machine allows. */

import { readFileSync } from 'node:fs';
import type { SocketAddress } from '../../lib/sys/address.ts';
import { getDescriptorLimit, setDescriptorLimit } from '../../lib/sys/resources.ts';
import { isLoopback } from './target.ts';
import { count, many } from './units.ts';

/** A process has so many descriptors for itself: the standard ones, Node's, the epoll set. */
export const OWN_DESCRIPTORS = 48;
/** Nobody divides a load over more. */
export const MOST_PROCESSES = 256;
/** So few connections need no address of their own: those who look on see 127.0.0.1, as they expect. */
const FEW = 1000;
/** So many come from one address, so that the kernel soon finds a free port among the ephemeral ones. */
const PER_SOURCE = 10_000;

/** What a machine allows. */
export interface Limits {
  /** How many descriptors one process may have: the hard limit, to which the soft one can be raised. */
  readonly descriptors: number;
  /** How many ephemeral ports there are. */
  readonly ports: number;
}

/** How connections are divided. */
export interface Plan {
  /** How many each process opens. */
  readonly shares: readonly number[];
  /** From how many addresses each process connects; 0 for the one that the kernel chooses. */
  readonly sources: number;
  /** The arithmetic, where it is worth a line. */
  readonly words: string | undefined;
}

/** What cannot be done on this machine. */
export class NotEnough extends Error {}

/** Asks the kernel. */
export function machineLimits(): Limits {
  const [low = 32_768, high = 60_999] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1')
    .trim()
    .split(/\s+/)
    .map(Number);
  return { descriptors: getDescriptorLimit().hard, ports: high - low + 1 };
}

/**
 * Divides connections over processes.
 *
 * @param processes how many there shall be; undefined for as many as it takes
 * @throws NotEnough, with the arithmetic
 */
export function plan(
  connections: number,
  processes: number | undefined,
  addresses: readonly SocketAddress[],
  { descriptors, ports }: Limits,
): Plan {
  const each = descriptors - OWN_DESCRIPTORS;
  const needed = Math.max(1, Math.ceil(connections / each));
  const allowed = `a process may have ${count(descriptors)} descriptors (ulimit -Hn) and needs ${OWN_DESCRIPTORS} itself`;
  if (each < 1 || needed > MOST_PROCESSES) {
    throw new NotEnough(`${many(connections, 'connection')} are too many: ${allowed}`);
  }
  if (processes !== undefined && processes < needed) {
    const holds = `${many(processes, 'process', 'processes')} × ${count(each)} = ${count(processes * each)}`;
    throw new NotEnough(
      `${allowed}: ${holds} connections, not ${count(connections)}; --processes ${needed} would do, or a higher limit`,
    );
  }
  const inet = addresses.filter((address) => 'host' in address);
  const most = Math.ceil((connections / addresses.length) * Math.min(1, inet.length));
  if (most > ports && !inet.every(isLoopback)) {
    throw new NotEnough(
      `${count(most)} connections to one address take as many ports, and this machine has ${count(ports)} ` +
        '(net.ipv4.ip_local_port_range); only towards 127.0.0.0/8 it has more than one address to come from',
    );
  }
  const size = processes ?? needed;
  const shares = Array.from({ length: size }, (_, i) => Math.floor((connections + i) / size)).reverse();
  const spread = connections > FEW && inet.some(isLoopback);
  const sources = spread ? Math.ceil(shares[0]! / Math.min(PER_SOURCE, ports)) : 0;
  return { shares, sources, words: explain(shares, sources, allowed, processes === undefined && needed > 1) };
}

function explain(shares: readonly number[], sources: number, allowed: string, forced: boolean): string | undefined {
  if (!forced) return undefined;
  const all = sources * shares.length;
  return `${allowed}, so ${shares.length} processes with ${count(shares[0]!)} connections each, from ${many(all, 'address', 'addresses')}`;
}

/** Raises this process's soft limit of descriptors, for itself and for those that it starts. */
export function raiseDescriptorLimit(): void {
  const { soft, hard } = getDescriptorLimit();
  if (soft < hard) setDescriptorLimit({ soft: hard, hard }); // nobody is refused that
}
