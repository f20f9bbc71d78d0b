/** The closed loop: each connection asks again when it was answered, at once or after some thinking. */

import type { Clock } from './clock.ts';
import type { Ask, Pace } from './pace.ts';

/** So many requests are under way on each connection, always, until it has sent all of its own. */
export class Closed implements Pace {
  readonly #depth: number;
  readonly #think: number;
  readonly #ask: Ask;
  readonly #clock: Clock;
  /** By connection: how many requests it has not sent yet, and how many answers it thinks about. */
  readonly #left: Float64Array;
  readonly #thoughts: Uint32Array;
  /** Who thinks, and until when. All think equally long, so whoever began first is first to end: a ring. */
  readonly #thinkers: Int32Array;
  readonly #until: Float64Array;
  #head = 0;
  #thinking = 0;
  #stopped = false;
  /** By connection: how many requests it has not sent because all rest. */
  readonly #owed: Uint32Array;
  #resting: boolean;

  /**
   * @param each how many requests for each connection; Infinity for no end
   * @param think in microseconds
   * @param quiet whether each asks once, and rests until it begins
   */
  constructor(connections: number, depth: number, each: number, think: number, ask: Ask, clock: Clock, quiet = false) {
    this.#depth = depth;
    this.#resting = quiet;
    this.#owed = new Uint32Array(connections);
    this.#think = think;
    this.#ask = ask;
    this.#clock = clock;
    this.#left = new Float64Array(connections).fill(each);
    this.#thoughts = new Uint32Array(connections);
    const places = think > 0 ? connections * depth : 0;
    this.#thinkers = new Int32Array(places);
    this.#until = new Float64Array(places);
  }

  first(connection: number): number {
    const first = this.#take(connection, this.#depth);
    if (!this.#resting) return first;
    this.#owed[connection] = first - 1;
    return 1;
  }

  rest(): void {
    this.#resting = true;
    for (; this.#thinking > 0; this.#thinking--) {
      const connection = this.#thinkers[this.#head]!;
      this.#head = (this.#head + 1) % this.#thinkers.length;
      if (this.#thoughts[connection] === 0) continue; // it is gone
      this.#thoughts[connection]!--;
      this.#owed[connection]!++;
    }
  }

  /** Whoever rests asks. */
  begin(): void {
    this.#resting = false;
    for (let connection = 0; connection < this.#owed.length; connection++) {
      const owed = this.#owed[connection]!;
      if (owed === 0) continue;
      this.#owed[connection] = 0;
      this.#clock.due = this.#clock.now;
      this.#ask(connection, owed);
    }
  }

  answered(connection: number, number: number): number {
    const next = this.#take(connection, number);
    if (this.#resting) {
      this.#owed[connection]! += next;
      return 0;
    }
    if (this.#think === 0) return next;
    for (let i = 0; i < next; i++) {
      const place = (this.#head + this.#thinking++) % this.#thinkers.length;
      this.#thinkers[place] = connection;
      this.#until[place] = this.#clock.now + this.#think;
    }
    this.#thoughts[connection]! += next;
    return 0;
  }

  turn(): void {
    while (this.#thinking > 0) {
      const until = this.#until[this.#head]!;
      if (until > this.#clock.now) {
        this.#clock.wakeBy(until);
        return;
      }
      const connection = this.#thinkers[this.#head]!;
      this.#head = (this.#head + 1) % this.#thinkers.length;
      this.#thinking--;
      if (this.#thoughts[connection] === 0) continue; // it is gone, or all is over
      this.#thoughts[connection]!--;
      this.#clock.due = this.#clock.now; // it is nobody's delay but the thinker's
      this.#ask(connection, 1);
    }
  }

  finished(connection: number): boolean {
    const open = this.#left[connection]! + this.#thoughts[connection]! + this.#owed[connection]!;
    return this.#stopped || open === 0;
  }

  gone(connection: number): void {
    this.#thoughts[connection] = 0;
    this.#owed[connection] = 0;
  }

  stop(): void {
    this.#stopped = true;
    this.#left.fill(0);
    this.#thoughts.fill(0);
    this.#owed.fill(0);
  }

  #take(connection: number, number: number): number {
    const taken = Math.min(number, this.#left[connection]!);
    this.#left[connection]! -= taken;
    return taken;
  }
}
