/** Long answers, and what was refused of short ones: each has memory of its own, and is sent part by part. */

import { EAGAIN } from '../../lib/sys/errors.ts';
import { operation, type Ring } from '../../lib/sys/ring.ts';
import { MSG_DONTWAIT, MSG_NOSIGNAL, SHUT_WR } from '../../lib/sys/socket.ts';
import * as io from '../../lib/sys/uring.ts';
import type { Answers } from './answers.ts';
import type { Ending } from './ending.ts';
import { Kind } from './kinds.ts';
import type { Shared } from './shared.ts';
import { CLOSING, type Connection, SENDING, type Slots } from './slots.ts';
import type { Turns } from './turns.ts';
import type { Watching } from './watching.ts';

/** As much as the socket takes now. No thread of the kernel's waits with it for room. */
const PART = MSG_DONTWAIT | MSG_NOSIGNAL;

export class Sending {
  readonly #ring: Ring;
  readonly #slots: Slots;
  readonly #turns: Turns;
  readonly #answers: Answers;
  readonly #ending: Ending;
  readonly #watching: Watching;
  readonly #send: number;
  readonly #shutdown: number;

  constructor({ ring, slots, turns, answers, file }: Shared, ending: Ending, watching: Watching) {
    this.#ring = ring;
    this.#slots = slots;
    this.#turns = turns;
    this.#answers = answers;
    this.#ending = ending;
    this.#watching = watching;
    this.#send = operation(io.IORING_OP_SEND, file);
    this.#shutdown = operation(io.IORING_OP_SHUTDOWN, file);
  }

  /** Takes a long answer out of the arena, fills what is left of a chunk, and sends it. */
  begin(connection: Connection): void {
    const pending = this.#slots.spares.take();
    this.#answers.move(connection.slot, pending.output);
    connection.session.next(pending.output); // it will say again what it wants
    connection.pending = pending;
    this.#slots.park(connection);
    this.goOn(connection);
  }

  /** Sends what is left of a long answer, or as much as there is room for. */
  goOn({ slot, pending }: Connection): void {
    const { memory, output } = pending!;
    this.#slots.states[slot]! |= SENDING;
    const address = memory.at(output.start, output.length);
    this.#ring.prepare(this.#send, slot, address, output.length, PART, slot, Kind.Sent);
  }

  /** Ends our side: the last thing that is sent. The kernel does that in a thread, which looks the slot up in its own time. */
  end(slot: number): void {
    this.#slots.states[slot]! |= SENDING;
    this.#ring.prepare(this.#shutdown, slot, 0, SHUT_WR, 0, slot, Kind.Sent);
  }

  /** A part of a long answer was sent, or all of it; or nothing, for want of room. */
  told(slot: number, result: number): void {
    if (this.#ending.over(slot, SENDING)) return;
    const connection = this.#slots.connections[slot]!;
    if (result < 0 && result !== -EAGAIN) {
      this.#ending.end(slot);
      return;
    }
    if (connection.lingering) return; // that was our end
    const { output } = connection.pending!;
    output.wrote(Math.max(result, 0));
    if (output.length > 0) this.#watching.full(slot);
    else {
      this.#slots.recycle(connection);
      this.#turns.goOn(connection);
    }
  }

  /** A short answer was not sent whole: what is left of it goes the way of the long ones. */
  refused(slot: number, result: number): void {
    if (this.#slots.states[slot]! & CLOSING) return;
    if (result < 0 && result !== -EAGAIN) {
      this.#ending.end(slot);
      return;
    }
    let connection = this.#slots.connections[slot];
    if (connection === undefined) {
      connection = this.#slots.take(slot);
      connection.reading = true;
      this.#slots.park(connection);
    }
    connection.pending = this.#slots.spares.take();
    this.#answers.rest(slot, Math.max(result, 0), connection.pending.output);
    this.#watching.full(slot);
  }
}
