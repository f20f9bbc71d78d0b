/** When a connection asks: what is different between a closed loop, an open one, and holding. */

/** A connection asks. @param number how many requests at once, all due at the clock's `due` */
export type Ask = (connection: number, number: number) => void;

/** Decides when connections ask. Times are in microseconds. */
export interface Pace {
  /** How many requests a new connection sends; at least one, which proves that it is served. */
  first(connection: number): number;
  /** A connection has had so many answers. @returns how many requests it sends at once */
  answered(connection: number, number: number): number;
  /** Sends what is due, and has the clock's `wake` be no later than what is due next. */
  turn(): void;
  /** Whoever is answered from now on does not ask again before there is another part to measure. */
  rest(): void;
  /** Whether a connection will ask no more. */
  finished(connection: number): boolean;
  /** A connection is gone. */
  gone(connection: number): void;
  /** From now on nobody asks any more. */
  stop(): void;
}

/** Each connection asks once, and stays. */
export class Hold implements Pace {
  #stopped = false;

  first(): number {
    return 1;
  }

  answered(): number {
    return 0;
  }

  turn(): void {}

  rest(): void {}

  finished(): boolean {
    return this.#stopped;
  }

  gone(): void {}

  stop(): void {
    this.#stopped = true;
  }
}
