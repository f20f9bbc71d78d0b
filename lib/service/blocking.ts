/** The blocking carrier: one function that serves a connection from its first byte to its last. */

import { EINTR } from '../sys/errors.ts';
import { read, write } from '../sys/io.ts';
import { Memory } from '../sys/memory.ts';
import { nanosleep } from '../sys/process.ts';
import { SHUT_WR, setReceiveTimeout, shutdown } from '../sys/socket.ts';
import { burn } from './burn.ts';
import { CHUNK, LINGER } from './limits.ts';
import { Output } from './output.ts';
import { Face, HEADROOM, Session, Step } from './session.ts';

// A thread that blocks serves one connection at a time, so one of each is enough.
const input = Memory.allocate(HEADROOM + CHUNK);
const pending = Memory.allocate(CHUNK);
const output = new Output(pending.bytes);
const session = new Session();

// #region serve
/**
 * Serves a connection: every call on it blocks until it is done, so nobody else is served by this thread meanwhile.
 * Returns when the conversation is over or the peer is gone; the caller closes the descriptor.
 *
 * @param fd a connected socket, blocking
 */
export function serve(fd: number): void {
  session.reset(Face.Unknown);
  output.clear();
  for (;;) {
    const step = session.next(output);
    if (!flush(fd)) return;
    switch (step) {
      case Step.Read: {
        const count = read(fd, input, HEADROOM, CHUNK);
        if (count > 0) session.feed(input.bytes, HEADROOM, HEADROOM + count);
        else if (count === 0) session.finish();
        else if (count !== -EINTR) return;
        break;
      }
      case Step.Write:
        break;
      case Step.Wait:
        nanosleep(session.amount);
        session.resume(output);
        break;
      case Step.Burn:
        session.resume(output, burn(session.amount));
        break;
      case Step.Close:
        if (!session.ended) linger(fd);
        return;
    }
  }
}
// #endregion serve

/** Writes all of the output, however long the reader takes. @returns false when nobody reads any more */
function flush(fd: number): boolean {
  while (output.length > 0) {
    const count = write(fd, pending, output.start, output.length);
    if (count >= 0) output.wrote(count);
    else if (count !== -EINTR) return false;
  }
  return true;
}

// #region linger
/**
 * Lets the last answer arrive. Closing a socket with unread bytes in it sends a reset, which can cost
 * the client its answer: so end our side, then read what still comes until the client ends its own.
 */
function linger(fd: number): void {
  shutdown(fd, SHUT_WR);
  const until = performance.now() + LINGER;
  for (let left = LINGER; left > 0; left = until - performance.now()) {
    setReceiveTimeout(fd, left);
    const count = read(fd, input, 0, CHUNK);
    if (count <= 0 && count !== -EINTR) return;
  }
}
// #endregion linger
