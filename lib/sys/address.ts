/** Socket addresses: between text, the sockaddr structs of the kernel, and back. */

import { isIP, isIPv4 } from 'node:net';
import { layout } from './layout.ts';
import { Memory } from './memory.ts';

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;

/** An IPv4 or IPv6 address (numeric, in text) with a port, or the path of a Unix socket. */
export type SocketAddress = { readonly host: string; readonly port: number } | { readonly path: string };

const { sockaddr_in, sockaddr_in6, sockaddr_un } = layout;

/** As people write it: 127.0.0.1:8090, [::1]:8090, /run/echo.sock. */
export function formatAddress(address: SocketAddress): string {
  if ('path' in address) return address.path;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** The address family, for socket(2). */
export function familyOf(address: SocketAddress): number {
  if ('path' in address) return AF_UNIX;
  return isIPv4(address.host) ? AF_INET : AF_INET6;
}

/**
 * Writes the sockaddr struct of an address.
 *
 * @returns memory of just the length that bind(2) and connect(2) want
 * @throws RangeError when the host is not numeric or has a zone (%eth0), the port is not in 0 … 65535, or the path
 *   is empty or over 107 bytes
 */
export function encodeAddress(address: SocketAddress): Memory {
  if ('path' in address) {
    const path = Buffer.from(address.path);
    if (path.length === 0 || path.length > 107) throw new RangeError('a Unix socket path has 1 to 107 bytes');
    const memory = Memory.allocate(sockaddr_un.sun_path + path.length + 1);
    memory.bytes.writeUInt16LE(AF_UNIX, sockaddr_un.sun_family);
    path.copy(memory.bytes, sockaddr_un.sun_path);
    return memory;
  }
  const { host, port } = address;
  if (isIP(host) === 0 || host.includes('%')) throw new RangeError(`not a numeric address: ${host}`);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new RangeError(`not a port: ${port}`);
  if (isIPv4(host)) {
    const memory = Memory.allocate(sockaddr_in.size);
    memory.bytes.writeUInt16LE(AF_INET, sockaddr_in.sin_family);
    memory.bytes.writeUInt16BE(port, sockaddr_in.sin_port);
    memory.bytes.set(host.split('.').map(Number), sockaddr_in.sin_addr);
    return memory;
  }
  const memory = Memory.allocate(sockaddr_in6.size);
  memory.bytes.writeUInt16LE(AF_INET6, sockaddr_in6.sin6_family);
  memory.bytes.writeUInt16BE(port, sockaddr_in6.sin6_port);
  ipv6Words(host).forEach((word, i) => {
    memory.bytes.writeUInt16BE(word, sockaddr_in6.sin6_addr + 2 * i);
  });
  return memory;
}

/** The eight 16-bit words of an IPv6 address. The URL parser knows every spelling and writes the canonical one. */
function ipv6Words(host: string): number[] {
  const canonical = new URL(`http://[${host}]/`).hostname.slice(1, -1);
  const [before = '', after] = canonical.split('::');
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
  if (after === undefined) return words(before);
  const head = words(before);
  const tail = words(after);
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/**
 * Reads a sockaddr struct, as getsockname(2) and getpeername(2) fill it in.
 *
 * @param length how many bytes the kernel said that it wrote
 */
export function decodeAddress(memory: Memory, length: number): SocketAddress {
  const { bytes } = memory;
  switch (bytes.readUInt16LE(0)) {
    case AF_INET:
      return {
        host: bytes.subarray(sockaddr_in.sin_addr, sockaddr_in.sin_addr + 4).join('.'),
        port: bytes.readUInt16BE(sockaddr_in.sin_port),
      };
    case AF_INET6: {
      const words = Array.from({ length: 8 }, (_, i) =>
        bytes.readUInt16BE(sockaddr_in6.sin6_addr + 2 * i).toString(16),
      );
      const host = new URL(`http://[${words.join(':')}]/`).hostname.slice(1, -1);
      return { host, port: bytes.readUInt16BE(sockaddr_in6.sin6_port) };
    }
    default: {
      const path = bytes.toString('utf8', sockaddr_un.sun_path, length);
      return { path: path.replace(/\0.*$/s, '') };
    }
  }
}
