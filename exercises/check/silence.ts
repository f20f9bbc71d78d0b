/** Tells that no answer will come: not by a clock, but by what the kernel says of the server. */

import { members, sum } from '../../lib/testing/footprint.ts';
import { asleep, type Process, sleepsIn } from '../../lib/testing/proc.ts';
import type { Program, Server } from '../../lib/testing/server.ts';

/**
 * For so long, in milliseconds, every thread of the server was asleep at every look: no timer of a check is longer. Whom
 * bytes or a timer have woken is runnable, even while no processor is given to it, so load makes this come late and never
 * too early.
 */
const STILL = 1000;
/** So much processor time, in milliseconds, and no answer: it goes round in circles. */
const BUSY = 4000;
/** Of the time between two looks so much counts, in milliseconds: who looks may have had to wait for a processor himself. */
const STEP = 100;
/** Neither still nor busy, and no answer after so many milliseconds. */
const LATE = 60_000;

/** The calls that people know by the names that they have in /proc/PID/wchan. */
const CALLS: readonly (readonly [RegExp, string])[] = [
  [/^ep_poll|^do_epoll/, 'epoll_wait'],
  [/^inet_csk_accept/, 'accept4'],
  [/^wait_woken|^sk_(wait|stream)/, 'read or write'],
  [/nanosleep/, 'nanosleep'],
  [/^futex/, 'a lock'],
  [/^do_sys_poll|^do_select|^poll_schedule/, 'select or poll'],
  [/^io_cqring/, 'io_uring_enter'],
];

/** The call in which the main thread of a server sleeps, if it is one that people know. */
export function callOf({ pid }: Server): string | undefined {
  const where = sleepsIn(pid, pid);
  return CALLS.find(([pattern]) => pattern.test(where))?.[1];
}

/** Waits until a server has done what it can do now, or has been busy for so long that it will not sleep. */
export async function calm(server: Program): Promise<void> {
  let all = members(server);
  const began = used(all);
  for (let still = 0; still < 3 && used(all) - began < BUSY / 8; still = allAsleep(all) ? still + 1 : 0) {
    await pause();
    all = members(server);
  }
}

/** Whether nobody in some processes runs, or would like to. */
function allAsleep(processes: readonly Process[]): boolean {
  return processes.every(({ pid }) => asleep(pid));
}

/** How much processor time they have used, in milliseconds. */
function used(processes: readonly Process[]): number {
  return sum(processes.map(({ cpu }) => cpu));
}

/** A pause between two looks, in milliseconds. */
const LOOK = 20;

/**
 * Waits from one look to the next, or until something comes. Node takes up sockets between two turns of its timers, and
 * there is no such between while timers that are due follow one another: setImmediate() sees to one.
 *
 * @param heard is given what ends the pause
 */
export async function pause(heard: (wake: () => void) => void = () => {}): Promise<void> {
  await new Promise<void>((resolve) => {
    heard(resolve);
    setTimeout(resolve, LOOK);
  });
  await new Promise((resolve) => setImmediate(resolve));
}

/** Looks at a server while somebody waits for its answer. */
export class Silence {
  readonly #server: Server;
  readonly #patience: number;
  readonly #began = performance.now();
  #used: number | undefined;
  #last = performance.now();
  /** For how long everybody was asleep, in milliseconds, of which a pause between two looks counts for STEP at most. */
  #asleep = 0;
  #why: string | undefined;

  /** @param still for so long, in milliseconds, all must have slept: longer than any timer that may be running */
  constructor(server: Server, still = STILL) {
    this.#server = server;
    this.#patience = still;
  }

  /** Looks once; call it again and again. @returns why no answer will come, as soon as that is certain */
  look(): string | undefined {
    if (this.#why !== undefined) return this.#why; // only now: what had come at the last look has been seen meanwhile
    const now = performance.now();
    if (now - this.#last < STEP / 2) return undefined; // most answers come at once, and a look at all of /proc costs
    const all = members(this.#server);
    this.#used ??= used(all);
    this.#asleep = allAsleep(all) ? this.#asleep + Math.min(now - this.#last, STEP) : 0;
    this.#last = now;
    this.#why = this.#verdict(now, used(all) - this.#used);
    return undefined;
  }

  #verdict(now: number, busy: number): string | undefined {
    if (this.#asleep >= this.#patience) {
      const call = callOf(this.#server);
      return `no answer after ${this.#patience / 1000} s in which the server slept${call === undefined ? '' : `, in ${call}`}`;
    }
    if (busy >= BUSY) {
      return `no answer after ${BUSY / 1000} s of processor time: the server is busy all the time`;
    }
    const late = LATE + this.#patience;
    return now - this.#began >= late ? `no answer after ${late / 1000} s` : undefined;
  }
}
