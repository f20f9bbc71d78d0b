/** Slow readers: from each connection no more is read than so many bytes a second. */

import type { Clock } from './clock.ts';

/** A connection is read from so often a second, where its bytes suffice. */
const OFTEN = 10;

/** Who has read its portion, and until when it reads nothing. All pause equally long, so they are a ring. */
export class Trickle {
  readonly #portion: number;
  readonly #most: number;
  /** For so long nothing is read after that, in microseconds. */
  readonly #pause: number;
  readonly #clock: Clock;
  readonly #ring: Int32Array;
  readonly #until: Float64Array;
  /** By connection: whether it pauses. */
  readonly #pausing: Uint8Array;
  #head = 0;
  #length = 0;
  #ended = false;

  /** @param rate bytes a second, of each @param most so many are read at once at most */
  constructor(connections: number, rate: number, most: number, clock: Clock) {
    this.#portion = Math.min(most, Math.max(1, Math.floor(rate / OFTEN)));
    this.#most = most;
    this.#pause = (1e6 * this.#portion) / rate;
    this.#clock = clock;
    this.#ring = new Int32Array(connections);
    this.#until = new Float64Array(connections);
    this.#pausing = new Uint8Array(connections);
  }

  /** So many bytes are read at a time. */
  get portion(): number {
    return this.#ended ? this.#most : this.#portion;
  }

  /** A connection has read. @returns whether it pauses now */
  pause(connection: number): boolean {
    if (this.#ended) return false;
    const place = (this.#head + this.#length++) % this.#ring.length;
    this.#ring[place] = connection;
    this.#until[place] = this.#clock.now + this.#pause;
    this.#pausing[connection] = 1;
    return true;
  }

  pauses(connection: number): boolean {
    return this.#pausing[connection] === 1;
  }

  /** A connection that may read again; -1 where there is none, and the clock's `wake` is no later than the next. */
  next(): number {
    if (this.#length === 0) return -1;
    const until = this.#until[this.#head]!;
    if (until > this.#clock.now) {
      this.#clock.wakeBy(until);
      return -1;
    }
    const connection = this.#ring[this.#head]!;
    this.#head = (this.#head + 1) % this.#ring.length;
    this.#length--;
    this.#pausing[connection] = 0;
    return connection;
  }

  /** From now on nobody pauses, and those who do may read at once: what is under way is waited for. */
  end(): void {
    this.#ended = true;
    this.#until.fill(0);
  }

  /** There is time again. */
  begin(): void {
    this.#ended = false;
  }
}
