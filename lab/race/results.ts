/** What a race leaves: the shape of its JSON. A browser reads it, too. */

import type { Provenance } from '../provenance.ts';
import type { Load } from './bout.ts';
import type { Calls } from './calls.ts';
import type { Measurement } from './measure.ts';

// #region shape
/** Where a racer's road ended. */
export interface End {
  /** How many connections had an answer; undefined where it was not tried. */
  readonly served?: number;
  /** How the server said so; or why it was not tried. */
  readonly said: string;
  /** Whether it died or answered wrongly, and so did not just come to a limit. */
  readonly failure: boolean;
}

/** A racer under one load. */
export interface Entry {
  /** As in Race.racers. */
  readonly racer: string;
  /** The options that it was started with. */
  readonly options: readonly string[];
  /** As in Race.scenarios. */
  readonly scenario: string;
  readonly load: Load;
  /** One for each round; a single one where it takes minutes; none where it did not bear the load. */
  readonly measurements: readonly Measurement[];
  /** The medians of them, each by itself; rss, pss and so on as in Measurement. */
  readonly median?: Omit<Measurement, 'accepted'>;
  /** Processor time for each request against the reference's, the median of the rounds' ratios. */
  readonly ratio?: number;
  readonly calls?: Calls;
  readonly end?: End;
}

/**
 * A race, as `lab race --json` writes it. All times are in microseconds, all sizes in bytes, unless it is said; what is
 * not known is left out.
 */
export interface Race {
  /** The version of this shape. */
  readonly format: 1;
  readonly provenance: Provenance;
  /** Why it is not the whole: `interrupted`. */
  readonly partial?: string;
  readonly rounds: number;
  /** How long each measurement was, in milliseconds. */
  readonly duration: number;
  /** The racer that the others are compared with. */
  readonly reference: string;
  readonly racers: readonly string[];
  readonly scenarios: readonly { readonly name: string; readonly summary: string }[];
  /** By scenario, by load, by racer, in their order. */
  readonly entries: readonly Entry[];
}
// #endregion shape

/** Whether a racer has borne a load. */
export function isBorne({ end, measurements }: Entry): boolean {
  return end === undefined && measurements.length > 0;
}

/** Processor time of the server for each request, in microseconds. */
export function cost({ user, system }: Pick<Measurement, 'user' | 'system'>): number {
  return user + system;
}
