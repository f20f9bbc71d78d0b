/** Connections by completions: nothing is asked for when it is ready, all is asked for beforehand and then told of. */

import { burn } from '../../lib/service/burn.ts';
import { LINGER } from '../../lib/service/limits.ts';
import { HEADROOM, Step } from '../../lib/service/session.ts';
import { Memory } from '../../lib/sys/memory.ts';
import type { Ring } from '../../lib/sys/ring.ts';
import { IOSQE_FIXED_FILE } from '../../lib/sys/uring.ts';
import { Answers } from './answers.ts';
import { Ending } from './ending.ts';
import { Kind } from './kinds.ts';
import { Receiving, SIZE } from './receiving.ts';
import { Sending } from './sending.ts';
import type { Shared } from './shared.ts';
import { CLOSING, type Connection, FULL, RECEIVING, SENDING, Slots, TIMING } from './slots.ts';
import { Turns } from './turns.ts';
import { Watching } from './watching.ts';

/** The connections of one ring. */
export class Connections {
  readonly #ring: Ring;
  readonly #slots = new Slots();
  readonly #turns = new Turns();
  readonly #answers: Answers;
  readonly #ending: Ending;
  readonly #watching: Watching;
  readonly #sending: Sending;
  readonly #receiving: Receiving;
  /** Holds bytes that were held, with room in front of them. */
  readonly #input = Memory.allocate(HEADROOM + SIZE);

  /**
   * @param direct whether slots are places in the ring's table of files
   * @param buffers how many are lent to the kernel
   */
  constructor(ring: Ring, direct: boolean, buffers: number) {
    const file = direct ? IOSQE_FIXED_FILE : 0;
    this.#ring = ring;
    this.#answers = new Answers(ring, file);
    const shared: Shared = { ring, direct, file, slots: this.#slots, turns: this.#turns, answers: this.#answers };
    this.#ending = new Ending(shared);
    this.#watching = new Watching(shared, this.#ending);
    this.#sending = new Sending(shared, this.#ending, this.#watching);
    this.#receiving = new Receiving(shared, this.#ending, this.#watching, buffers, (connection) =>
      this.#run(connection),
    );
  }

  /** How many there are. */
  get count(): number {
    return this.#slots.count;
  }

  /** A connection was accepted. */
  opened(slot: number): void {
    this.#slots.open(slot);
    this.#answers.opened(slot);
    this.#receiving.listen(slot);
  }

  /** Everything has been submitted: begins a new turn. */
  begin(): void {
    this.#answers.begin();
    this.#turns.begin();
  }

  /** The next completion of the ring, which is none of the server's own. */
  told(kind: number, slot: number, result: number, flags: number): void {
    switch (kind) {
      case Kind.Receive:
        this.#receiving.told(slot, result, flags);
        break;
      case Kind.Refused:
        this.#sending.refused(slot, result);
        break;
      case Kind.Sent:
        this.#sending.told(slot, result);
        break;
      case Kind.Time:
        this.#timed(slot);
        break;
      case Kind.Watched:
        this.#watching.told(slot, result, flags);
        break;
    }
  }

  /** Does what no completion tells of. @returns whether there is more of it, so that the loop must not sleep */
  finish(): boolean {
    for (const slot of this.#turns.slots) this.#attend(slot);
    for (const connection of this.#turns.now) {
      connection.queued = false;
      if (this.#slots.holds(connection)) this.#run(connection);
    }
    const burner = this.#turns.burner();
    if (burner !== undefined && this.#slots.holds(burner)) {
      burner.result = burn(burner.session.amount);
      burner.ready = true;
      this.#run(burner);
    }
    this.#receiving.given();
    return this.#turns.more;
  }

  /** Makes the requests that a connection needs, and that are not under way: to receive, or at least to watch. */
  #attend(slot: number): void {
    const connection = this.#slots.connections[slot];
    const state = this.#slots.states[slot]!;
    if (state & CLOSING) this.#ending.settle(slot);
    else if (connection === undefined || connection.lingering || this.#slots.asks(connection)) {
      this.#receiving.listen(slot);
    } else if (state & FULL || (state & RECEIVING) === 0) this.#watching.watch(slot);
  }

  /** Carries out what the session asks for. */
  #run(connection: Connection): void {
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
            this.#later(connection); // until it is known whether that was refused
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

  #timed(slot: number): void {
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
