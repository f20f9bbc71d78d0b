/** poll and ppoll, as the loop of this exercise sleeps in them: what happens in the window can be chosen. */

import * as system from '../../lib/sys/poll.ts';
import type { SignalSet } from '../../lib/sys/signal.ts';

let happens = (_milliseconds: number): void => {};

/** Says what shall happen before each sleep. @param body is told how long that may be, in milliseconds; -1 for ever */
export function inWindow(body: (milliseconds: number) => void): void {
  happens = body;
}

// #region sleep
/** poll(2). Whatever you test before you call it, the window comes later. */
export function poll(fds: system.PollFds, milliseconds: number): number {
  happens(milliseconds);
  return system.poll(fds, milliseconds);
}

/** ppoll(2). */
export function ppoll(fds: system.PollFds, milliseconds: number, mask: SignalSet): number {
  happens(milliseconds);
  return system.ppoll(fds, milliseconds, mask);
}
// #endregion sleep
