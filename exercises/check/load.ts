/** Load, where it shows a fault: autocannon against the server, and what no request got. */

import type autocannon from 'autocannon';
import { type Fired, fire } from '../../lib/testing/fire.ts';
import type { Server } from '../../lib/testing/server.ts';
import { Silence } from './silence.ts';
import { Trouble } from './trouble.ts';

/** So often somebody looks whether answers still come, in milliseconds. */
const LOOK = 50;

/** A load in numbers that can be compared with those of another in the same check. */
export interface Loaded extends Fired {
  /** Of the round trips, in milliseconds. */
  readonly p99: number;
}

/** How much is asked for. */
interface Asked extends Pick<autocannon.Options, 'pipelining' | 'expectBody'> {
  readonly connections: number;
  /** How many requests, of all connections together. */
  readonly amount?: number;
  /** Without an amount, whether to ask for more: told after each answer how many there are. */
  readonly lasts?: (answered: number) => boolean;
}

/**
 * Has autocannon ask, and demands that every request is answered with 200.
 *
 * @param path as in `/ping`
 * @throws Trouble when an answer is not as it shall be, or when answers cease
 */
export async function load(server: Server, path: string, { amount, lasts, ...asked }: Asked): Promise<Loaded> {
  let answered = 0;
  let silence = new Silence(server);
  const stop = new AbortController();
  const times = amount === undefined ? 'again and again' : `${amount} times`;
  const what = `autocannon asks for ${path} ${times} on ${asked.connections} connections`;
  const bound = amount === undefined ? { duration: 60 } : { amount };
  const enough = (answers: number[]): boolean => {
    answered = answers.reduce((sum, count) => sum + count, 0);
    return lasts !== undefined && !lasts(answered);
  };
  let why: string | undefined;
  let seen = 0;
  const looking = setInterval(() => {
    if (answered > seen) silence = new Silence(server);
    seen = answered;
    why ??= silence.look();
    if (why !== undefined) stop.abort();
  }, LOOK);
  try {
    const fired = await fire(server, path, { ...asked, ...bound, enough, signal: stop.signal });
    if (why !== undefined) throw new Trouble(`${what}:\n${answered} were answered, then ${why}`);
    const { errors, timeouts, mismatches, non2xx, latency } = fired.result;
    if (errors + timeouts + mismatches + non2xx > 0) {
      throw new Trouble(
        `${what}:\n${answered} were answered; ${errors} connections broke, ${mismatches + non2xx} answers were wrong`,
      );
    }
    return { ...fired, p99: latency.p99 };
  } finally {
    clearInterval(looking);
  }
}
