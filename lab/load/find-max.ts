/** The highest rate that keeps a promise: doubled until it is broken, then halved in between. */

import { problems } from './report.ts';
import type { Result } from './result.ts';
import { count, span, time } from './units.ts';

/** What shall hold, as in `p99<10ms`. */
export interface Condition {
  readonly text: string;
  /** A percentile, or the mean; the longest is the hundredth. */
  readonly of: number | 'mean';
  /** In microseconds. */
  readonly bound: number;
}

/** Where the search begins, in requests a second. */
const FIRST = 1000;
/** No rate is tried below or above. */
const [LEAST, MOST] = [1, 10_000_000];
/** It ends when the highest rate that held and the lowest that did not are within a twentieth. */
const NEAR = 1.05;

/** Reads a condition. @returns undefined where it is none */
export function parseCondition(text: string): Condition | undefined {
  const [, name, percent, bound] =
    /^\s*(p(\d{1,2}(?:\.\d+)?)|max|mean)\s*<\s*(\S+(?:\s*(?:us|µs|ms|s))?)\s*$/.exec(text) ?? [];
  if (name === undefined || !/[a-zµ]$/.test(bound!)) return undefined;
  try {
    const microseconds = span('ms')(bound!) * 1000;
    if (microseconds === 0) return undefined;
    const of = name === 'mean' ? 'mean' : name === 'max' ? 100 : Number(percent);
    return { text: text.trim(), of, bound: microseconds };
  } catch {
    return undefined;
  }
}

/** What a result has where a condition looks, in microseconds. */
function valueIn({ roundTrips }: Result, { of }: Condition): number {
  return of === 'mean' ? roundTrips.mean : of === 100 ? roundTrips.most : roundTrips.percentile(of);
}

/** A rate that was tried. */
export interface Trial {
  readonly rate: number;
  readonly result: Result;
  readonly kept: boolean;
}

/** Of a hundred requests so many may be due and not sent when time is over: the last ones, which nobody was free for. */
const BEHIND = 1;

/** Whether a condition holds, the rate was kept, and nothing went wrong. */
export function keeps(result: Result, condition: Condition): boolean {
  const { errors, unanswered, unsent, partial, roundTrips } = result;
  const whole = errors.size === 0 && unanswered === 0 && partial === undefined && roundTrips.count > 0;
  return whole && 100 * unsent <= BEHIND * roundTrips.count && valueIn(result, condition) < condition.bound;
}

/**
 * Looks for the highest rate.
 *
 * @param attempt tries a rate
 * @param over whether to look no more
 * @returns all that were tried, in their order; and why it ended too soon, where it did
 */
export async function search(
  condition: Condition,
  attempt: (rate: number) => Promise<Result>,
  tell: (trial: Trial) => void,
  over: () => boolean,
): Promise<{ trials: Trial[]; partial?: string | undefined }> {
  const trials: Trial[] = [];
  let [held, broken] = [0, Number.POSITIVE_INFINITY];
  let rate = FIRST;
  while (!over() && broken / held > NEAR && rate >= LEAST && rate <= MOST) {
    const result = await attempt(rate);
    if (result.partial !== undefined) return { trials, partial: result.partial };
    const trial = { rate, result, kept: keeps(result, condition) };
    trials.push(trial);
    tell(trial);
    // Those connections are gone: a lower rate would be tried with fewer, and tell something else.
    if (result.errors.size > 0) return { trials, partial: `at ${count(rate)}/s ${problems(result).join(', ')}` };
    if (trial.kept) held = rate;
    else broken = rate;
    rate = broken === Number.POSITIVE_INFINITY ? 2 * held : held === 0 ? broken / 4 : Math.sqrt(held * broken);
    rate = rate < 10 ? rate : Math.round(rate);
  }
  return { trials };
}

/** A trial as a line. */
export function describe({ rate, result, kept }: Trial, condition: Condition): string {
  const name = condition.text.split('<')[0]!.trim();
  const value = result.roundTrips.count === 0 ? 'none' : time(valueIn(result, condition)); // too few for one to be due
  return `${rate.toLocaleString('en').padStart(9)}/s  ${name} ${value.padStart(7)}  ${kept ? 'kept' : 'broken'}`;
}
