/** Who accepts: a request that goes on, at the ring that has most places; and what is done when places run out. */

import { ACCEPT_PAUSE, exhausted, passing } from '../../lib/sys/accept.ts';
import { check, ECANCELED } from '../../lib/sys/errors.ts';
import { operation } from '../../lib/sys/ring.ts';
import { SOCK_CLOEXEC } from '../../lib/sys/socket.ts';
import * as io from '../../lib/sys/uring.ts';
import { Kind } from './kinds.ts';
import type { Loop } from './server.ts';

const ONE = operation(io.IORING_OP_ACCEPT);
const MANY = operation(io.IORING_OP_ACCEPT, 0, io.IORING_ACCEPT_MULTISHOT);
/** So many may be accepted before we are told of the first: a whole backlog, and those who come meanwhile. */
const CROWD = 8192;

/** Accepts for all rings, by one request at a time. */
export class Accepting {
  readonly #listener: number;
  readonly #loops: readonly Loop[];
  /** Where the request is; nowhere while there is no place, or no descriptor. */
  #loop: Loop | undefined;
  #resting = false;
  /** It goes on until it is cancelled. */
  #many = false;

  constructor(listener: number, loops: readonly Loop[]) {
    this.#listener = listener;
    this.#loops = loops;
  }

  // #region accept
  /** Asks for connections, unless that has been done or there is no place for one. To be called in each turn. */
  begin(): void {
    if (this.#loop !== undefined || this.#resting) return;
    const loop = this.#loops.reduce((best, other) => (other.free > best.free ? other : best));
    if (loop.free <= 0) return;
    // Whom a table has no place for, the kernel accepts and closes. So when it fills up, they are taken one by one.
    this.#many = loop.free > CROWD;
    this.#loop = loop;
    const [flags, place] = loop.direct ? [0, io.IORING_FILE_INDEX_ALLOC] : [SOCK_CLOEXEC, 0];
    loop.ring.prepare(this.#many ? MANY : ONE, this.#listener, 0, 0, flags, 0, Kind.Accepted, 0, place);
  }

  /** A connection was accepted, or none could be; or the rest after that is over. */
  told(loop: Loop, kind: number, result: number, flags: number): void {
    if (kind === Kind.Rested) {
      this.#resting = false;
      return;
    }
    if (result >= 0) loop.connections.opened(result);
    else if (exhausted(result)) {
      this.#resting = true; // the connection stays in the backlog: asking again at once would only burn the processor
      loop.ring.timeout(ACCEPT_PAUSE, 0, Kind.Rested);
    } else if (!passing(result) && result !== -ECANCELED) check(result, 'accept');
    if ((flags & io.IORING_CQE_F_MORE) === 0) this.#loop = undefined;
    else if (this.#many && loop.free <= CROWD) {
      this.#many = false;
      loop.ring.cancel(0, Kind.Accepted, Kind.Forgotten);
    }
  }
  // #endregion accept
}
