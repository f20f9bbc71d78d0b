/** Receiving: one request for all that a connection will ever send, into buffers that are lent to the kernel. */

import { ECANCELED, EINTR, ENOBUFS, ENOMEM } from '../../lib/sys/errors.ts';
import { BufferRing } from '../../lib/sys/registered.ts';
import { operation, type Ring } from '../../lib/sys/ring.ts';
import * as io from '../../lib/sys/uring.ts';
import type { Answers } from './answers.ts';
import type { Ending } from './ending.ts';
import { Kind } from './kinds.ts';
import type { Shared } from './shared.ts';
import { CANCELLED, CLOSING, type Connection, RECEIVING, type Slots } from './slots.ts';
import type { Turns } from './turns.ts';
import type { Watching } from './watching.ts';

/** The buffers' name in requests. */
const GROUP = 0;
/** What a client sends at once nearly always fits into one. */
export const SIZE = 2048;

export class Receiving {
  readonly #ring: Ring;
  readonly #slots: Slots;
  readonly #turns: Turns;
  readonly #answers: Answers;
  readonly #ending: Ending;
  readonly #watching: Watching;
  readonly #run: (connection: Connection) => void;
  readonly #buffers: BufferRing;
  readonly #receive: number;

  /**
   * @param buffers how many there are
   * @param run goes on with a connection that has been given bytes, or their end
   */
  constructor(
    { ring, slots, turns, answers, file }: Shared,
    ending: Ending,
    watching: Watching,
    buffers: number,
    run: (connection: Connection) => void,
  ) {
    this.#ring = ring;
    this.#slots = slots;
    this.#turns = turns;
    this.#answers = answers;
    this.#ending = ending;
    this.#watching = watching;
    this.#run = run;
    this.#buffers = new BufferRing(ring, GROUP, buffers, SIZE);
    this.#receive = operation(io.IORING_OP_RECV, file | io.IOSQE_BUFFER_SELECT, io.IORING_RECV_MULTISHOT);
  }

  /**
   * Receives, unless that is under way already. Of an answer that was refused we must hear before we hear of more bytes,
   * so a connection that has an answer in this turn must wait for the next one.
   */
  listen(slot: number): void {
    if (this.#slots.states[slot]! & (RECEIVING | CLOSING)) return;
    if (this.#answers.answered(slot)) {
      this.#turns.lookAfter(slot);
      return;
    }
    this.#slots.states[slot]! |= RECEIVING;
    this.#ring.prepare(this.#receive, slot, 0, 0, 0, slot, Kind.Receive, GROUP);
  }

  // #region received
  /** Bytes have come, or their end; or receiving has stopped for another reason. */
  told(slot: number, result: number, flags: number): void {
    const { states } = this.#slots;
    const last = (flags & io.IORING_CQE_F_MORE) === 0;
    if (last) states[slot]! &= ~(RECEIVING | CANCELLED);
    if (flags & io.IORING_CQE_F_BUFFER) {
      const id = flags >>> io.IORING_CQE_BUFFER_SHIFT;
      if (result > 0 && (states[slot]! & CLOSING) === 0) this.#bytes(slot, this.#buffers.start(id), result);
      this.#buffers.give(id);
    }
    if (last) this.#stopped(slot, result);
  }

  /** Bytes have come, in the memory of the buffers. */
  #bytes(slot: number, start: number, length: number): void {
    const connection = this.#slots.connections[slot];
    const { bytes } = this.#buffers.memory;
    if (connection === undefined) {
      const spare = this.#slots.take(slot);
      spare.session.feed(bytes, start, start + length);
      this.#run(spare);
    } else if (!connection.lingering) {
      connection.held.push(Buffer.from(bytes.subarray(start, start + length)));
      if (this.#slots.asks(connection)) this.#run(connection);
      else this.#ending.silence(slot);
    }
  }
  // #endregion received

  /** The kernel does not receive for this slot any more. @param result of the last completion */
  #stopped(slot: number, result: number): void {
    const connection = this.#slots.connections[slot];
    if (this.#slots.states[slot]! & CLOSING) this.#ending.settle(slot);
    else if (result === 0) {
      // The client has ended its side.
      if (connection?.lingering) {
        this.#ending.end(slot);
        return;
      }
      const ending = connection ?? this.#slots.take(slot);
      ending.ended = true;
      if (connection === undefined || this.#slots.asks(ending)) this.#run(ending);
      else this.#watching.watch(slot);
    } else if (result < 0 && !passing(result)) this.#ending.end(slot);
    else this.#turns.lookAfter(slot); // by then there are buffers again
  }

  /** Tells the kernel of the buffers that were given back. */
  given(): void {
    this.#buffers.given();
  }
}

/** Whether receiving stopped for a reason that is none of the connection's: no buffer was left, or we said so. */
function passing(result: number): boolean {
  return result === -ENOBUFS || result === -ECANCELED || result === -EINTR || result === -ENOMEM;
}
