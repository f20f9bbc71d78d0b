/** Carries out what the connections' sessions ask for. */

import { LINGER } from '../../lib/service/limits.ts';
import { HEADROOM, Step } from '../../lib/service/session.ts';
import { Memory } from '../../lib/sys/memory.ts';
import type { Ring } from '../../lib/sys/ring.ts';
import type { Answers } from './answers.ts';
import type { Ending } from './ending.ts';
import { Kind } from './kinds.ts';
import { type Receiving, SIZE } from './receiving.ts';
import type { Sending } from './sending.ts';
import type { Shared } from './shared.ts';
import { type Connection, FULL, SENDING, type Slots, TIMING } from './slots.ts';
import type { Turns } from './turns.ts';

export class Serving {
  readonly #ring: Ring;
  readonly #slots: Slots;
  readonly #turns: Turns;
  readonly #answers: Answers;
  readonly #ending: Ending;
  readonly #sending: Sending;
  readonly #receiving: Receiving;
  /** Holds bytes that were held, with room in front of them. */
  readonly #input = Memory.allocate(HEADROOM + SIZE);

  constructor({ ring, slots, turns, answers }: Shared, ending: Ending, sending: Sending, receiving: Receiving) {
    this.#ring = ring;
    this.#slots = slots;
    this.#turns = turns;
    this.#answers = answers;
    this.#ending = ending;
    this.#sending = sending;
    this.#receiving = receiving;
  }

  /** Carries out what the session asks for. */
  run(connection: Connection): void {
    const { slot, session } = connection;
    if (connection.queued || this.#slots.states[slot]! & (SENDING | FULL)) return;
    if (connection.pending !== null) {
      this.#sending.goOn(connection); // though a WAIT may be under way: it was answered before
      return;
    }
    if (connection.burning || this.#slots.states[slot]! & TIMING) return;
    connection.reading = false;
    const output = this.#answers.open(slot);
    if (output === undefined) {
      this.#later(connection);
      return;
    }
    if (connection.ready) {
      connection.ready = false;
      session.resume(output, connection.result);
    }
    for (;;) {
      switch (session.next(output)) {
        case Step.Read:
          if (this.#feed(connection)) break;
          this.#answers.flush(slot);
          connection.reading = true;
          if (session.idle) this.#slots.release(connection);
          else this.#slots.park(connection);
          this.#receiving.listen(slot);
          return;
        case Step.Write:
          this.#sending.begin(connection);
          return;
        case Step.Wait:
          this.#answers.flush(slot);
          this.#time(connection, session.amount);
          return;
        case Step.Burn:
          this.#answers.flush(slot);
          this.#turns.burn(connection);
          this.#slots.park(connection);
          return;
        case Step.Close:
          if (output.length > 0) this.#sending.begin(connection);
          else if (this.#answers.answered(slot))
            this.#later(connection); // it may be refused
          else this.#end(connection);
          return;
      }
    }
  }

  /** Gives the session the next bytes that were held, or their end. @returns whether there were any */
  #feed(connection: Connection): boolean {
    const { session, held } = connection;
    if (held.length > 0) {
      const bytes = held.shift()!;
      this.#input.bytes.set(bytes, HEADROOM);
      session.feed(this.#input.bytes, HEADROOM, HEADROOM + bytes.length);
      return true;
    }
    if (!connection.ended || session.ended) return false;
    session.finish();
    return true;
  }

  #later(connection: Connection): void {
    this.#slots.park(connection);
    this.#turns.later(connection);
  }

  /** Lets time pass. */
  #time(connection: Connection, milliseconds: number): void {
    this.#slots.park(connection);
    this.#slots.states[connection.slot]! |= TIMING;
    this.#ring.timeout(milliseconds, connection.slot, Kind.Time);
  }

  /** A WAIT is over, or the time to linger. */
  timed(slot: number): void {
    if (this.#ending.over(slot, TIMING)) return;
    const connection = this.#slots.connections[slot]!;
    if (connection.lingering) {
      this.#ending.end(slot);
      return;
    }
    connection.ready = true;
    this.#turns.goOn(connection);
  }

  /** Ends a connection whose last answer has been sent. */
  #end(connection: Connection): void {
    this.#slots.park(connection);
    if (connection.session.ended) this.#ending.end(connection.slot);
    else this.#linger(connection);
  }

  /** Lets the last answer arrive: ends our side, then throws away what comes until the client ends its own. */
  #linger(connection: Connection): void {
    connection.lingering = true;
    this.#sending.end(connection.slot);
    this.#time(connection, LINGER);
    this.#receiving.listen(connection.slot);
  }
}
