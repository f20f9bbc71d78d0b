/** Where the load goes: addresses and ports, or paths of Unix sockets. */

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import type { SocketAddress } from '../../lib/sys/address.ts';

/** A target as it was given: `localhost:8090`, `/run/echo.sock`. */
export interface Target {
  readonly text: string;
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
}

/** An option's parser: one target, or several with commas between them. */
export function targets(text: string): Target[] {
  return text.split(',').map((word) => target(word.trim()));
}

function target(text: string): Target {
  if (/^\w+:\/\//.test(text)) {
    throw new InvalidArgumentError('It takes host:port without more; to ask over HTTP there is --http.');
  }
  if (text.includes('/')) {
    if (Buffer.byteLength(text) <= 107) return { text, path: text };
    throw new InvalidArgumentError('The path of a Unix socket has at most 107 bytes.');
  }
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))?:(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (port >= 1 && port <= 65_535) return { text, host: bracketed ?? plain ?? '127.0.0.1', port };
  throw new InvalidArgumentError('It takes host:port, or the path of a Unix socket with a / in it.');
}

/** Asks for the addresses of names. @throws Error when a name has none */
export function resolveTargets(targets: readonly Target[]): Promise<SocketAddress[]> {
  return Promise.all(
    targets.map(async ({ host, port, path }) => {
      if (path !== undefined) return { path };
      return { host: isIP(host!) === 0 ? (await lookup(host!)).address : host!, port: port! };
    }),
  );
}

/** Whether clients may come from any address of 127.0.0.0/8. */
export function isLoopback(address: SocketAddress): boolean {
  return 'host' in address && address.host.startsWith('127.');
}
