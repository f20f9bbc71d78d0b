/** The one question of the kind that epoll asks: is there room in the socket, or is the client gone? */

import { POLLERR, POLLHUP, POLLOUT } from '../../lib/sys/poll.ts';
import { operation, type Ring } from '../../lib/sys/ring.ts';
import * as io from '../../lib/sys/uring.ts';
import type { Ending } from './ending.ts';
import { Kind } from './kinds.ts';
import type { Shared } from './shared.ts';
import { CLOSING, FULL, type Slots, WATCHING } from './slots.ts';
import type { Turns } from './turns.ts';

export class Watching {
  readonly #ring: Ring;
  readonly #slots: Slots;
  readonly #turns: Turns;
  readonly #ending: Ending;
  readonly #poll: number;

  constructor({ ring, slots, turns, file }: Shared, ending: Ending) {
    this.#ring = ring;
    this.#slots = slots;
    this.#turns = turns;
    this.#ending = ending;
    this.#poll = operation(io.IORING_OP_POLL_ADD, file);
  }

  // #region watch
  /**
   * Watches for room in the socket, and for a reset while nothing is received. It goes on for as long as the connection,
   * and tells of changes, as an edge-triggered epoll does: once the client has ended its side, a watch that tells how
   * things are would tell of that again and again.
   */
  watch(slot: number): void {
    if (this.#slots.states[slot]! & WATCHING) return;
    this.#slots.states[slot]! |= WATCHING;
    this.#ring.prepare(this.#poll, slot, 0, io.IORING_POLL_ADD_MULTI, POLLOUT, slot, Kind.Watched);
  }

  /** The socket takes no more: whoever sends goes on when there is room. */
  full(slot: number): void {
    this.#slots.states[slot]! |= FULL;
    this.watch(slot);
  }

  /** Something has changed. */
  told(slot: number, result: number, flags: number): void {
    const last = (flags & io.IORING_CQE_F_MORE) === 0;
    if (last && this.#ending.over(slot, WATCHING)) return;
    const state = this.#slots.states[slot]!;
    if (state & CLOSING) return;
    if (result >= 0 && result & (POLLERR | POLLHUP)) {
      this.#ending.end(slot);
      return;
    }
    if (last) this.#turns.lookAfter(slot);
    if (result < 0 || (state & FULL) === 0 || (result & POLLOUT) === 0) return;
    this.#slots.states[slot]! &= ~FULL;
    this.#turns.goOn(this.#slots.connections[slot]!);
  }
  // #endregion watch
}
