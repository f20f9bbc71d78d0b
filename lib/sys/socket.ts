/** Sockets: the calls of socket(7), and the few options that the chapters set. */

import { AF_UNIX, decodeAddress, encodeAddress, familyOf, formatAddress, type SocketAddress } from './address.ts';
import { check } from './errors.ts';
import { close } from './io.ts';
import { layout } from './layout.ts';
import { libc, result } from './libc.ts';
import { Memory } from './memory.ts';
import { writeTimeval } from './time.ts';
import { traced } from './trace.ts';

export const SOCK_STREAM = 1;
export const SOCK_RAW = 3;
export const SOCK_SEQPACKET = 5;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;

export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_ERROR = 4;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_LINGER = 13;
export const SO_REUSEPORT = 15;
export const SO_RCVTIMEO = 20;
export const SO_SNDTIMEO = 21;
export const IPPROTO_IP = 0;
/** With a source address of its own, a socket still takes its port at connect, when the target is known; ip(7). */
export const IP_BIND_ADDRESS_NO_PORT = 24;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;

/** Fail with -EAGAIN rather than wait, as on a non-blocking socket. */
export const MSG_DONTWAIT = 0x40;
/** Go on until everything is received, or, with io_uring, sent. */
export const MSG_WAITALL = 0x100;
export const MSG_NOSIGNAL = 0x4000;

export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;

const libcSocket = libc('socket', 'int', ['int', 'int', 'int']);
const libcBind = libc('bind', 'int', ['int', 'pointer', 'int']);
const libcListen = libc('listen', 'int', ['int', 'int']);
const libcAccept4 = libc('accept4', 'int', ['int', 'pointer', 'pointer', 'int']);
const libcConnect = libc('connect', 'int', ['int', 'pointer', 'int']);
const libcSend = libc('send', 'long', ['int', 'pointer', 'size_t', 'int']);
const libcShutdown = libc('shutdown', 'int', ['int', 'int']);
const libcSocketpair = libc('socketpair', 'int', ['int', 'int', 'int', 'pointer']);
const libcSetsockopt = libc('setsockopt', 'int', ['int', 'int', 'int', 'pointer', 'int']);
const libcGetsockopt = libc('getsockopt', 'int', ['int', 'int', 'int', 'pointer', 'pointer']);
const libcGetsockname = libc('getsockname', 'int', ['int', 'pointer', 'pointer']);

/** socket(2). @returns a descriptor or a negative errno */
export const socket = traced(
  'socket',
  (domain: number, type: number, protocol: number): number => result(libcSocket(domain, type, protocol)),
  'nothing',
);

// Holds the address of bind() and connect(): memory that nothing refers to any more may be freed during the call.
const name = Memory.allocate(layout.sockaddr_un.size);

/** Puts an address there. @returns its length in bytes */
function setName(address: SocketAddress): number {
  const { bytes, length } = encodeAddress(address);
  bytes.copy(name.bytes);
  return length;
}

/** bind(2). @returns 0 or a negative errno, such as -EADDRINUSE */
export const bind = traced('bind', (fd: number, address: SocketAddress): number => {
  const length = setName(address);
  return result(libcBind(fd, name.address, length));
});

/**
 * listen(2).
 *
 * @param backlog how many connections may wait to be accepted; the kernel cuts it to net.core.somaxconn
 */
export const listen = traced('listen', (fd: number, backlog: number): number => result(libcListen(fd, backlog)));

/**
 * accept4(2), without the peer's address.
 *
 * @param flags SOCK_NONBLOCK, SOCK_CLOEXEC: what the new descriptor shall be
 * @returns the connection's descriptor; -EAGAIN when a non-blocking listener has none; -EMFILE when this process has no
 *   number left, and then the connection stays in the backlog and the listener readable
 */
export const accept4 = traced('accept4', (fd: number, flags: number): number => result(libcAccept4(fd, 0, 0, flags)));

/** connect(2). @returns 0; -EINPROGRESS on a non-blocking socket; another negative errno */
export const connect = traced('connect', (fd: number, address: SocketAddress): number => {
  const length = setName(address);
  return result(libcConnect(fd, name.address, length));
});

/**
 * send(2): write() with flags.
 *
 * @param flags MSG_NOSIGNAL: -EPIPE comes alone, without the signal SIGPIPE, whatever is set for that
 * @returns as write()
 */
export const send = traced('send', (fd: number, memory: Memory, start: number, length: number, flags: number): number =>
  result(libcSend(fd, memory.at(start, length), length, flags)),
);

/** shutdown(2): ends one direction or both; the descriptor stays open. @param how SHUT_RD, SHUT_WR or SHUT_RDWR */
export const shutdown = traced('shutdown', (fd: number, how: number): number => result(libcShutdown(fd, how)));

/** socketpair(2). @param pair 8 bytes, which become two 32-bit descriptors, connected to each other */
export const socketpair = traced(
  'socketpair',
  (domain: number, type: number, protocol: number, pair: Memory): number =>
    result(libcSocketpair(domain, type, protocol, pair.at(0, 8))),
  'nothing',
);

/** A socketpair's descriptors; both close on exec. @throws SystemError */
export function openSocketpair(type: typeof SOCK_STREAM | typeof SOCK_SEQPACKET): [number, number] {
  const pair = Memory.allocate(8);
  check(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair), 'socketpair');
  return [pair.bytes.readInt32LE(0), pair.bytes.readInt32LE(4)];
}

const option = Memory.allocate(16);
const optionLength = Memory.allocate(4);

/** setsockopt(2), for options whose value is an int. @returns 0 or a negative errno */
export const setsockopt = traced('setsockopt', (fd: number, level: number, name: number, value: number): number => {
  option.bytes.writeInt32LE(value, 0);
  return result(libcSetsockopt(fd, level, name, option.address, 4));
});

function setTimeval(fd: number, name: number, milliseconds: number): number {
  writeTimeval(option, milliseconds);
  return result(libcSetsockopt(fd, SOL_SOCKET, name, option.address, layout.timeval.size));
}

/**
 * Bounds how long a blocking read waits: setsockopt(2) with SO_RCVTIMEO, socket(7). A read then ends with -EAGAIN.
 *
 * @param milliseconds 0 for no bound, fractions allowed
 */
export const setReceiveTimeout = traced('setsockopt', (fd: number, milliseconds: number): number =>
  setTimeval(fd, SO_RCVTIMEO, milliseconds),
);

/**
 * Bounds how long a blocking write waits, and a connect: setsockopt(2) with SO_SNDTIMEO, socket(7). A write then ends
 * with -EAGAIN, a connect with -EINPROGRESS.
 *
 * @param milliseconds 0 for no bound, fractions allowed
 */
export const setSendTimeout = traced('setsockopt', (fd: number, milliseconds: number): number =>
  setTimeval(fd, SO_SNDTIMEO, milliseconds),
);

// #region reset
/** Makes close(2) send a reset instead of an orderly end: setsockopt(2) with SO_LINGER of 0 seconds, socket(7). */
export const setResetOnClose = traced('setsockopt', (fd: number): number => {
  option.bytes.writeInt32LE(1, 0);
  option.bytes.writeInt32LE(0, 4);
  return result(libcSetsockopt(fd, SOL_SOCKET, SO_LINGER, option.address, 8));
});
// #endregion reset

/** getsockopt(2), for options whose value is a non-negative int. @returns the value, or a negative errno */
export const getsockopt = traced('getsockopt', (fd: number, level: number, name: number): number => {
  optionLength.bytes.writeInt32LE(4, 0);
  const failed = result(libcGetsockopt(fd, level, name, option.address, optionLength.address));
  return failed < 0 ? failed : option.bytes.readInt32LE(0);
});

const readName = traced('getsockname', (fd: number): number => {
  optionLength.bytes.writeInt32LE(name.length, 0);
  return result(libcGetsockname(fd, name.address, optionLength.address));
});

/** The address that a socket is bound to: getsockname(2). @throws SystemError */
export function getsockname(fd: number): SocketAddress {
  check(readName(fd), 'getsockname');
  return decodeAddress(name, optionLength.bytes.readInt32LE(0));
}

/** What openListener() may be told beyond the address. */
export interface ListenerOptions {
  /** For servers that wait in select, poll or epoll and never in accept. */
  readonly nonblocking?: boolean;
  /** Lets several sockets listen on one address, the kernel choosing among them (SO_REUSEPORT). */
  readonly reusePort?: boolean;
  /** How many connections may wait to be accepted; the kernel cuts it to net.core.somaxconn (4096 by default). */
  readonly backlog?: number;
}

// #region listener
/**
 * A socket that listens: socket, bind, listen.
 *
 * @returns its descriptor, closed in programs that this one starts unless it hands it on
 * @throws SystemError, as when the address is in use
 */
export function openListener(address: SocketAddress, options: ListenerOptions = {}): number {
  const { nonblocking = false, reusePort = false, backlog = 4096 } = options;
  const type = SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0);
  const fd = check(socket(familyOf(address), type, 0), 'socket');
  try {
    if (!('path' in address)) {
      // A restarted server may bind although connections of its predecessor are still in TIME_WAIT.
      check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1), 'setsockopt');
      if (reusePort) check(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, 1), 'setsockopt');
      // Linux hands this on to accepted sockets: one call here spares one for each connection.
      check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, 1), 'setsockopt');
    }
    check(bind(fd, address), 'bind', formatAddress(address));
    check(listen(fd, backlog), 'listen', formatAddress(address));
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}
// #endregion listener
