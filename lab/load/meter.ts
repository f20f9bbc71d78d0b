/** What is measured while a load runs: round trips in all, over time, and by connection. */

import type { Clock } from './clock.ts';
import type { Flight } from './flight.ts';
import { COARSE, FINE, Histogram, Histograms, type Packed } from './histogram.ts';

/** A timeline has so many pieces at most; then each two become one. */
export const PIECES = 128;
/** How long a piece is at first, in microseconds. */
const PIECE = 100_000;

/** Round trips over time, as processes hand them on. */
export interface Timeline {
  /** How long each piece is, in microseconds: 100 ms times a power of two. */
  readonly width: number;
  readonly pieces: readonly Packed[];
}

/** The measuring of one process. */
export class Meter {
  /** From when each request was due to its answer. */
  readonly roundTrips: Histogram;
  /** From when each was sent; the same where each is sent when it is due. */
  readonly service: Histogram;
  /** By connection: how many answers. */
  readonly answers: Uint32Array;
  /** By connection: what went wrong. */
  readonly errors: Uint32Array;
  /** Bytes that came. */
  received = 0;
  readonly #connections: Histograms | undefined;
  readonly #clock: Clock;
  readonly #flight: Flight;
  #pieces: Histogram[] = [];
  #width = PIECE;
  #began: number;
  /** When the current piece ends. */
  readonly #end = new Float64Array(1);
  #current = new Histogram(COARSE);

  /**
   * @param trips where round trips are counted: Histogram.size(FINE) zeros
   * @param open whether requests may be sent later than they are due
   * @param detailed whether each connection counts
   */
  constructor(
    connections: number,
    flight: Flight,
    clock: Clock,
    trips: Float64Array,
    open: boolean,
    detailed: boolean,
  ) {
    this.#clock = clock;
    this.#flight = flight;
    this.roundTrips = new Histogram(FINE, trips);
    this.service = open ? new Histogram(FINE) : this.roundTrips;
    this.answers = new Uint32Array(connections);
    this.errors = new Uint32Array(connections);
    this.#connections = detailed ? new Histograms(connections) : undefined;
    this.#began = clock.now;
    this.#end[0] = clock.now + this.#width;
  }

  /** Begins anew, from now on. */
  restart(): void {
    this.roundTrips.clear();
    this.service.clear();
    this.answers.fill(0);
    this.#connections?.clear();
    this.received = 0;
    this.#pieces = [];
    this.#width = PIECE;
    this.#began = this.#clock.now;
    this.#end[0] = this.#began + this.#width;
    this.#current = new Histogram(COARSE);
  }

  /** Counts the answer to a connection's oldest request. */
  record(connection: number): void {
    const request = this.#flight.first(connection);
    const trip = this.#flight.sinceDue(request);
    if (this.#clock.now >= this.#end[0]!) this.#turn();
    this.#count(trip);
    if (this.service !== this.roundTrips) this.service.record(this.#flight.sinceSent(request));
    this.answers[connection]!++;
    this.#connections?.record(connection, trip);
  }

  /** Counts a request that was due and never sent: it has waited for so long at least. @param ticks since it was due */
  #count(ticks: number): void {
    this.roundTrips.record(ticks);
    this.#current.record(ticks);
  }

  /** Counts a request that has no answer yet, or was not even sent: it has waited for so long at least. */
  miss(ticks: number): void {
    this.#count(ticks);
  }

  /** The rows of the connections: answers, errors, and what Histograms.summary() says. */
  rows(): number[][] | undefined {
    if (this.#connections === undefined) return undefined;
    return Array.from(this.answers, (answers, i) => [answers, this.errors[i]!, ...this.#connections!.summary(i)]);
  }

  timeline(): Timeline {
    return { width: this.#width, pieces: [...this.#pieces, this.#current].map((piece) => piece.pack()) };
  }

  /** Begins the next piece, or the one after it, as late as it is. */
  #turn(): void {
    while (this.#clock.now >= this.#end[0]!) {
      this.#pieces.push(this.#current);
      this.#current = new Histogram(COARSE);
      if (this.#pieces.length === PIECES) this.#halve();
      this.#end[0] = this.#began + (this.#pieces.length + 1) * this.#width;
    }
  }

  #halve(): void {
    const pieces = this.#pieces;
    this.#pieces = [];
    for (let i = 0; i < PIECES; i += 2) {
      pieces[i]!.add(pieces[i + 1]!);
      this.#pieces.push(pieces[i]!);
    }
    this.#width *= 2;
  }
}
