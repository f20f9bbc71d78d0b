/** What a completion is of. */

/** Each kind is asked for once at a time for each connection, so that slot and kind name a request: to cancel it, and to know it. */
export const Kind = {
  /** Bytes have come, or their end; goes on for as long as the connection is read from. */
  Receive: 0,
  /** An answer was not sent whole at once. One that was leaves no completion. */
  Refused: 1,
  /** A long answer was sent, or part of it; or after the last one, that nothing follows. */
  Sent: 2,
  /** A WAIT is over, or the time to linger. */
  Time: 3,
  /** The socket has room again, or the client is gone. */
  Watched: 4,
  /** A request that nobody asks after failed: there was nothing to cancel. */
  Forgotten: 5,
  /** From here on they are of no connection: one was accepted … */
  Own: 6,
  Accepted: 6,
  /** … the rest is over that follows when there are no descriptors … */
  Rested: 7,
  /** … another ring has something to tell. */
  Rung: 8,
} as const;
