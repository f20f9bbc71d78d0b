/** What an event loop and its connections say to each other: the loop tells what is ready, they tell what they want. */

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
  /** It has room. Called while Want.Write holds, and for what woken() returns. */
  writable(fd: number): Want;
  /** Its peer is gone, reported although nothing was wanted. */
  hangup(fd: number): Want;
  /** How long the loop may wait, in milliseconds: until the next timer, 0 when somebody is awake, -1 for ever. */
  timeout(): number;
  /** The next descriptor that has something to do of its own accord, such as a WAIT that is over; or -1. */
  woken(): number;
  /** Has woken() return a descriptor after so many milliseconds: the loop's own, such as its listener's. */
  later(fd: number, milliseconds: number): void;
}
