/** The loads that are watched: what each has counted, and what those of one target have come to. */

import { FINE, Histogram } from '../load/histogram.ts';
import { Live } from '../load/live.ts';
import { Rate } from './rate.ts';
import type { LoadSample } from './sample.ts';
import { whole } from './watched.ts';

/** What the loads of one target have come to, those that have ended included: a counter never goes back. */
export class Target {
  /** Of those that run. */
  connections = 0;
  errors = 0;
  readonly trips = new Histogram(FINE);
}

/** A load that is watched. */
export class WatchedLoad {
  readonly live: Live;
  readonly target: Target;
  readonly #requests = new Rate(0, performance.now());
  readonly #errors = new Rate(0, performance.now());
  readonly #total = { requests: 0, errors: 0, connected: 0 };

  /** @throws Error when it has ended */
  constructor(member: number, target: Target) {
    this.live = new Live(member);
    this.target = target;
  }

  /** @returns the round trips since the last look */
  look(now: number): Histogram {
    const { connected, errors, roundTrips } = this.live.look();
    this.target.connections += connected - this.#total.connected;
    this.target.errors += errors;
    this.target.trips.add(roundTrips);
    this.#total.connected = connected;
    this.#total.requests += roundTrips.count;
    this.#total.errors += errors;
    this.#requests.look(this.#total.requests, now);
    this.#errors.look(this.#total.errors, now);
    return roundTrips;
  }

  sample(): LoadSample {
    const { connected } = this.#total;
    return { requests: whole(this.#requests.value), errors: whole(this.#errors.value), connected };
  }

  /** It has ended. */
  close(now: number): void {
    this.look(now); // what it counted last
    this.target.connections -= this.#total.connected;
    this.live.close();
  }
}
