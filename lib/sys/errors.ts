/** Negative errno results, their names, and the one exception that they become when nobody can go on. */

import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

export const {
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  EAGAIN,
  EBADF,
  EBADMSG,
  EBUSY,
  ECANCELED,
  ECHILD,
  ECONNABORTED,
  ECONNREFUSED,
  ECONNRESET,
  EHOSTUNREACH,
  EINPROGRESS,
  EINTR,
  EINVAL,
  EISDIR,
  ELOOP,
  EMFILE,
  ENAMETOOLONG,
  ENETDOWN,
  ENETUNREACH,
  ENFILE,
  ENOBUFS,
  ENOENT,
  ENOMEM,
  ENOPROTOOPT,
  ENOSYS,
  ENOTDIR,
  EPERM,
  EPIPE,
  EPROTO,
  EXDEV,
  ETIME,
} = constants.errno;

/** Two that Node has no constants for; their numbers are those of x86-64 and arm64 alike. */
export const ENONET = 64;
export const EHOSTDOWN = 112;

/** A system call's failure. The fields are those of Node's own system errors, errno negative as there. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
  /** As in `EADDRINUSE`. */
  readonly code: string;
  /** The negative errno, as the kernel returned it. */
  readonly errno: number;
  /** The man page's name of the call that failed. */
  readonly syscall: string;

  /**
   * @param errno the negative errno
   * @param syscall the call that failed
   * @param subject what it was about: an address, a path, a process
   */
  constructor(errno: number, syscall: string, subject?: string) {
    const [code, text] = getSystemErrorMap().get(errno) ?? [`errno ${-errno}`, 'unknown error'];
    super(explain(errno, syscall, text, subject));
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
  }
}

function explain(errno: number, syscall: string, text: string, subject = ''): string {
  const plain = `${syscall}${subject && ` ${subject}`}: ${text}`;
  // Elsewhere they mean other things: connect gives EADDRNOTAVAIL when it has no ephemeral port left.
  if (syscall !== 'bind' && syscall !== 'listen') return plain;
  switch (-errno) {
    case EADDRINUSE:
      return `${subject || 'the address'} is already in use`;
    case EADDRNOTAVAIL:
      return `${subject || 'the address'} is not an address of this machine`;
    case EACCES:
      return `${plain} (ports below 1024 may need root)`;
    default:
      return plain;
  }
}

/**
 * Lets a result pass and throws what failed. For calls that a program cannot do without; on a hot path look at the
 * negative result instead.
 *
 * @returns `result`, when it is not negative
 * @throws SystemError otherwise
 */
export function check(result: number, syscall: string, subject?: string): number {
  if (result < 0) throw new SystemError(result, syscall, subject);
  return result;
}
