/** Connections by completions: nothing is asked for when it is ready, all is asked for beforehand and then told of. */

import { burn } from '../../lib/service/burn.ts';
import type { Ring } from '../../lib/sys/ring.ts';
import { IOSQE_FIXED_FILE } from '../../lib/sys/uring.ts';
import { Answers } from './answers.ts';
import { Ending } from './ending.ts';
import { Kind } from './kinds.ts';
import { Receiving } from './receiving.ts';
import { Sending } from './sending.ts';
import { Serving } from './serving.ts';
import type { Shared } from './shared.ts';
import { CLOSING, FULL, RECEIVING, Slots } from './slots.ts';
import { Turns } from './turns.ts';
import { Watching } from './watching.ts';

/** The connections of one ring. */
export class Connections {
  readonly #slots = new Slots();
  readonly #turns = new Turns();
  readonly #answers: Answers;
  readonly #ending: Ending;
  readonly #watching: Watching;
  readonly #sending: Sending;
  readonly #receiving: Receiving;
  readonly #serving: Serving;

  /**
   * @param direct whether slots are places in the ring's table of files
   * @param buffers how many are lent to the kernel
   */
  constructor(ring: Ring, direct: boolean, buffers: number) {
    const file = direct ? IOSQE_FIXED_FILE : 0;
    this.#answers = new Answers(ring, file);
    const shared: Shared = { ring, direct, file, slots: this.#slots, turns: this.#turns, answers: this.#answers };
    this.#ending = new Ending(shared);
    this.#watching = new Watching(shared, this.#ending);
    this.#sending = new Sending(shared, this.#ending, this.#watching);
    this.#receiving = new Receiving(shared, this.#ending, this.#watching, buffers, (connection) =>
      this.#serving.run(connection),
    );
    this.#serving = new Serving(shared, this.#ending, this.#sending, this.#receiving);
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
        this.#serving.timed(slot);
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
      if (this.#slots.holds(connection)) this.#serving.run(connection);
    }
    const burner = this.#turns.burner();
    if (burner !== undefined && this.#slots.holds(burner)) {
      burner.result = burn(burner.session.amount);
      burner.ready = true;
      this.#serving.run(burner);
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
}
