/** Who goes on when all completions of a turn have been heard: in this turn, or in the next. */

import type { Connection } from './slots.ts';

export class Turns {
  /** Connections that go on in this turn. */
  now: Connection[] = [];
  #next: Connection[] = [];
  /** Slots to look after in this turn: a request is to be made anew, or the connection to be closed. */
  slots: number[] = [];
  #nextSlots: number[] = [];
  /** Those who compute, one in each turn. */
  readonly #burners: Connection[] = [];

  /** Begins a new turn. */
  begin(): void {
    if (this.now.length + this.#next.length > 0) [this.now, this.#next] = [this.#next, []];
    if (this.slots.length + this.#nextSlots.length > 0) [this.slots, this.#nextSlots] = [this.#nextSlots, []];
  }

  /**
   * Goes on with a connection when all completions have been heard. Were it to go on at once, two who stream could have
   * each other's requests submitted for ever, when the queue is full, and nobody else would be heard.
   */
  goOn(connection: Connection): void {
    if (connection.queued) return;
    connection.queued = true;
    this.now.push(connection);
  }

  /** Goes on with a connection in the next turn. */
  later(connection: Connection): void {
    connection.queued = true;
    this.#next.push(connection);
  }

  /** Looks after a slot in the next turn. */
  lookAfter(slot: number): void {
    this.#nextSlots.push(slot);
  }

  /** Computes for a connection when it is its turn. */
  burn(connection: Connection): void {
    connection.burning = true;
    this.#burners.push(connection);
  }

  /** Whose turn it is to compute. */
  burner(): Connection | undefined {
    const burner = this.#burners.shift();
    if (burner !== undefined) burner.burning = false;
    return burner;
  }

  /** Whether there is something to do in the next turn, so that the loop must not sleep. */
  get more(): boolean {
    return this.#next.length + this.#nextSlots.length + this.#burners.length > 0;
  }
}
