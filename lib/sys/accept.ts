/** Accepting connections so that no passing trouble ends a server or makes it spin. */

import {
  EAGAIN,
  ECONNABORTED,
  EHOSTDOWN,
  EHOSTUNREACH,
  EINTR,
  EMFILE,
  ENETDOWN,
  ENETUNREACH,
  ENFILE,
  ENOBUFS,
  ENOMEM,
  ENONET,
  ENOPROTOOPT,
  EPROTO,
  SystemError,
} from './errors.ts';
import { nanosleep } from './process.ts';
import { accept4, SOCK_CLOEXEC, SOCK_NONBLOCK } from './socket.ts';

/**
 * How long to look away from a listener after EMFILE, in milliseconds. The connection stays in the backlog and the
 * listener readable: asking again at once would only burn the processor until a descriptor is closed.
 */
export const ACCEPT_PAUSE = 100;

/** Whether accept failed for want of descriptors or memory, so that it is worth asking again ACCEPT_PAUSE later. */
export function exhausted(errno: number): boolean {
  return errno === -EMFILE || errno === -ENFILE || errno === -ENOBUFS || errno === -ENOMEM;
}

/**
 * Whether accept failed for a reason that has passed already: a signal, a client that left the queue, or what befell
 * its connection in the network, which accept(2) bids us take for EAGAIN. Of its list EOPNOTSUPP is left out: that is
 * also what a socket says that cannot be accepted from, and it would say so for ever.
 */
export function passing(errno: number): boolean {
  switch (-errno) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENOPROTOOPT:
    case ENONET:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
      return true;
    default:
      return false;
  }
}

/**
 * Blocks in accept4(2) until there is a connection, through whatever passes by itself.
 *
 * @param listener a blocking socket that listens
 * @returns the connection's descriptor, blocking; or a negative errno when the listener itself is done for, such as
 *   -EINVAL after shutdown(2)
 */
export function acceptBlocking(listener: number): number {
  for (;;) {
    const fd = accept4(listener, SOCK_CLOEXEC);
    if (fd >= 0) return fd;
    if (exhausted(fd)) nanosleep(ACCEPT_PAUSE);
    else if (!passing(fd)) return fd;
  }
}

// #region all
/** So many connections are accepted before the loop looks at the others again. */
const AT_ONCE = 128;

/**
 * Accepts what is waiting in the backlog, without blocking; accept4(2).
 *
 * @param listener a non-blocking socket that listens
 * @param opened takes each connection's descriptor, non-blocking
 * @returns true when the listener may be asked again as soon as it is readable; false when descriptors or memory have
 *   run out, and the caller shall look away from it for ACCEPT_PAUSE milliseconds
 * @throws SystemError when the listener itself is done for, as after shutdown(2): it would be readable for ever
 */
export function acceptAll(listener: number, opened: (fd: number) => void): boolean {
  for (let i = 0; i < AT_ONCE; i++) {
    const fd = accept4(listener, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) opened(fd);
    else if (fd === -EAGAIN) return true;
    else if (exhausted(fd)) return false;
    else if (!passing(fd)) throw new SystemError(fd, 'accept4');
  }
  return true;
}
// #endregion all
