/** How what is under way is called off: the receiving for a while, and everything when a connection ends. */

import { operation, type Ring } from '../../lib/sys/ring.ts';
import * as io from '../../lib/sys/uring.ts';
import type { Answers } from './answers.ts';
import { Kind } from './kinds.ts';
import type { Shared } from './shared.ts';
import { CANCELLED, CLOSED, CLOSING, RECEIVING, type Slots, TIMING, UNDER_WAY, WATCHING } from './slots.ts';
import type { Turns } from './turns.ts';

const CLOSE = operation(io.IORING_OP_CLOSE, io.IOSQE_CQE_SKIP_SUCCESS);

export class Ending {
  readonly #ring: Ring;
  readonly #slots: Slots;
  readonly #turns: Turns;
  readonly #answers: Answers;
  readonly #direct: boolean;

  constructor({ ring, slots, turns, answers, direct }: Shared) {
    this.#ring = ring;
    this.#slots = slots;
    this.#turns = turns;
    this.#answers = answers;
    this.#direct = direct;
  }

  /** Receives no more for now: the connection is busy with what it has, and holds what it was told meanwhile. */
  silence(slot: number): void {
    const state = this.#slots.states[slot]!;
    if ((state & (RECEIVING | CANCELLED)) !== RECEIVING) return;
    this.#slots.states[slot] = state | CANCELLED;
    this.#ring.cancel(slot, Kind.Receive, Kind.Forgotten);
  }

  // #region end
  /** Closes a connection, once the kernel has let go of it: a request holds its socket and its memory until it is over. */
  end(slot: number): void {
    const state = this.#slots.states[slot]!;
    this.#slots.states[slot] = state | CLOSING;
    this.silence(slot);
    if (state & TIMING) this.#ring.cancel(slot, Kind.Time, Kind.Forgotten);
    if (state & WATCHING) this.#ring.cancel(slot, Kind.Watched, Kind.Forgotten);
    this.settle(slot);
  }

  /** Something that was under way is over. @returns whether that was all that its closing waited for, or part of it */
  over(slot: number, what: number): boolean {
    this.#slots.states[slot]! &= ~what;
    if ((this.#slots.states[slot]! & CLOSING) === 0) return false;
    this.settle(slot);
    return true;
  }

  /** Closes a connection that has ended, unless something may still be told of it. */
  settle(slot: number): void {
    if (this.#slots.states[slot]! & (UNDER_WAY | CLOSED)) return;
    if (this.#answers.answered(slot)) {
      this.#turns.lookAfter(slot); // its answer may be refused, and must not be told of whoever gets the slot next
      return;
    }
    this.#slots.states[slot]! |= CLOSED;
    this.#slots.remove(slot);
    if (this.#direct) this.#ring.prepare(CLOSE, 0, 0, 0, 0, slot, Kind.Forgotten, 0, slot + 1);
    else this.#ring.prepare(CLOSE, slot, 0, 0, 0, slot, Kind.Forgotten);
  }
  // #endregion end
}
