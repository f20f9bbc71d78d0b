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

/**
 * Has autocannon ask, and demands that every request is answered with 200.
 *
 * @param path as in `/ping`
 * @throws Trouble when an answer is not as it shall be, or when answers cease
 */
export async function load(
  server: Server,
  path: string,
  options: Pick<autocannon.Options, 'pipelining' | 'expectBody'> & { connections: number; amount: number },
): Promise<Loaded> {
  const { connections, amount } = options;
  let answered = 0;
  let silence = new Silence(server);
  const stop = new AbortController();
  const what = `autocannon asks for ${path} ${amount} times on ${connections} connections`;
  const enough = (answers: number[]): boolean => {
    answered = answers.reduce((sum, count) => sum + count, 0);
    return false;
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
    const fired = await fire(server, path, { ...options, enough, signal: stop.signal });
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
