/** What an event loop and its connections say to each other: the loop tells what is ready, they tell what they want. */

import type { Waking } from './wakeups.ts';

/** What a connection wants next, as bits. */
export const Want = {
  /** Nothing that the socket could give: a timer runs, or another thread works. */
  Nothing: 0,
  /** Tell me when there are bytes to read. */
  Read: 1,
  /** Tell me when there is room to write. */
  Write: 2,
  /** The socket was not exhausted: who is only told of changes (edge-triggered) must come again without being told. */
  Again: 4,
  /** I am done and have forgotten this descriptor: close it. */
  Close: 8,
} as const;
export type Want = number;

/**
 * The connections of a program, as an event loop sees them: descriptors and what they want. The loop alone talks to
 * select, poll or epoll, and the loop alone closes.
 */
export interface Carrier {
  /** A connection was accepted, non-blocking. */
  opened(fd: number): Want;
  /** It has bytes, or its end, or an error. Called only while Want.Read holds. */
  readable(fd: number): Want;
  /** It has room, or it woke up. Called while Want.Write holds, and for whom `wakeups` names. */
  writable(fd: number): Want;
  /** Its peer is gone, reported although nothing was wanted. */
  hangup(fd: number): Want;
  /** Who has something to do of its own accord, such as a WAIT that is over: for each of them writable() is called. */
  readonly wakeups: Waking;
}
