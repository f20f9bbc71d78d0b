/** Tells that no answer will come: not by a clock, but by what the kernel says of the server. */

import { members, processorTime } from '../../lib/testing/footprint.ts';
import { sleepsIn, threads } from '../../lib/testing/proc.ts';
import { type Server, until } from '../../lib/testing/server.ts';

/**
 * For so long, in milliseconds, every thread of the server was asleep at every look: no timer of a check is longer. Whom
 * bytes or a timer have woken is runnable, even while no processor is given to it, so load makes this come late and never
 * too early.
 */
export const STILL = 1000;
/** So much processor time, in milliseconds, and no answer: it goes round in circles. */
const BUSY = 4000;
/** Neither still nor busy, and no answer after so many milliseconds. */
const LATE = 15_000;

/** The calls that people know by the names that they have in /proc/PID/wchan. */
const CALLS: readonly (readonly [RegExp, string])[] = [
  [/^ep_poll|^do_epoll/, 'epoll_wait'],
  [/^inet_csk_accept/, 'accept4'],
  [/^wait_woken|^sk_(wait|stream)/, 'read or write'],
  [/nanosleep/, 'nanosleep'],
  [/^futex/, 'a lock'],
  [/^do_sys_poll|^do_select|^poll_schedule/, 'select or poll'],
];

/** The call in which the main thread of a server sleeps, if it is one that people know. */
export function callOf({ pid }: Server): string | undefined {
  const where = sleepsIn(pid, pid);
  return CALLS.find(([pattern]) => pattern.test(where))?.[1];
}

/** Waits until a server has done what it can do now, or has been busy for so long that it will not sleep. */
export async function calm(server: Server): Promise<void> {
  const began = processorTime(server);
  let asleep = 0;
  await until(() => {
    asleep = allAsleep(server) ? asleep + 1 : 0;
    return asleep >= 3 || processorTime(server) - began >= BUSY / 8;
  }, 'the server sleeps, or is busy');
}

/** Whether nobody in a server runs, or would like to. */
function allAsleep(server: Server): boolean {
  return members(server).every(({ pid }) => threads(pid).every(({ state }) => state === 'S'));
}

/** Looks at a server while somebody waits for its answer. */
export class Silence {
  readonly #server: Server;
  readonly #patience: number;
  readonly #began = performance.now();
  readonly #used: number;
  #still: number | undefined;

  /** @param still for so long, in milliseconds, all must have slept: longer than any timer that may be running */
  constructor(server: Server, still = STILL) {
    this.#server = server;
    this.#patience = still;
    this.#used = processorTime(server);
  }

  /** Looks once; call it again and again. @returns why no answer will come, as soon as that is certain */
  look(): string | undefined {
    const now = performance.now();
    if (!allAsleep(this.#server)) this.#still = undefined;
    else this.#still ??= now;
    if (this.#still !== undefined && now - this.#still >= this.#patience) {
      const call = callOf(this.#server);
      return `no answer after ${this.#patience / 1000} s in which the server slept${call === undefined ? '' : `, in ${call}`}`;
    }
    if (processorTime(this.#server) - this.#used >= BUSY) {
      return `no answer after ${BUSY / 1000} s of processor time: the server is busy all the time`;
    }
    return now - this.#began >= LATE + this.#patience
      ? `no answer after ${(LATE + this.#patience) / 1000} s`
      : undefined;
  }
}
