/** What is the machine's or the network's no, and no bug. */

import { SystemError } from '../../lib/sys/errors.ts';
import { NotEnough } from './limits.ts';
import { ProcessFailed } from './loader.ts';

/** Whether an error is such, and so a line is enough. */
export function isReason(error: unknown): error is Error {
  const known = [NotEnough, ProcessFailed, SystemError, RangeError].some((kind) => error instanceof kind);
  return known || (error as NodeJS.ErrnoException).syscall !== undefined;
}
