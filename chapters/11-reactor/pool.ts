/** A pool of threads that compute for BURN, and the one socket on which they all sleep. */

import { startVitalWorker } from '../../lib/program/launch.ts';
import { check, EAGAIN } from '../../lib/sys/errors.ts';
import { F_SETFL, fcntl, O_NONBLOCK, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { openSocketpair, SOCK_SEQPACKET } from '../../lib/sys/socket.ts';
import { BURNER, MESSAGE } from './message.ts';

// #region start
/**
 * Starts so many burners. All of them read from one end of a socket, and each message goes to one of them, whole.
 *
 * @returns the other end, non-blocking
 */
export async function startBurners(threads: number): Promise<number> {
  const [ours, theirs] = openSocketpair(SOCK_SEQPACKET);
  check(fcntl(ours, F_SETFL, O_NONBLOCK), 'fcntl');
  const entry = new URL('./burner.ts', import.meta.url);
  const start = (): Promise<void> => startVitalWorker(BURNER, entry, { workerData: theirs });
  await Promise.all(Array.from({ length: threads }, start));
  return ours;
}
// #endregion start

/** Somebody's BURN. */
interface Job {
  readonly rounds: number;
  readonly done: (result: number) => void;
}

/** Threads that compute, and the work that waits for them. */
export class BurnPool {
  /** A descriptor, readable when there are results to collect(). */
  readonly results: number;
  /** Jobs that no thread has been given yet. The kernel holds none of them, so whose client is gone is not computed. */
  readonly #queue = new Set<Job>();
  /** By number: the jobs that are computed; nothing for those that were given up meanwhile. */
  readonly #running: (Job | undefined)[] = [];
  /** The numbers that are free: one for each thread that has nothing to do. */
  readonly #free: number[];
  readonly #message = Memory.allocate(MESSAGE);
  readonly #words = new Uint32Array(this.#message.bytes.buffer);

  private constructor(results: number, threads: number) {
    this.results = results;
    this.#free = Array.from({ length: threads }, (_, number) => number);
  }

  /** Starts the threads, and hands out jobs to them. */
  static async start(threads: number): Promise<BurnPool> {
    return new BurnPool(await startBurners(threads), threads);
  }

  // #region burn
  /** Has a thread compute, as soon as one is free. @returns how to give it up: `done` is not called any more */
  burn(rounds: number, done: (result: number) => void): () => void {
    const job: Job = { rounds, done };
    this.#queue.add(job);
    this.#handOut();
    return () => {
      if (this.#queue.delete(job)) return;
      const number = this.#running.indexOf(job); // a thread is at it: it goes on, for nobody
      if (number >= 0) this.#running[number] = undefined;
    };
  }

  /** Tells the results that have come, and gives those threads their next jobs. */
  collect(): void {
    for (;;) {
      const count = read(this.results, this.#message, 0, MESSAGE);
      if (count === -EAGAIN) break;
      check(count, 'read');
      const [number = 0, result = 0] = this.#words;
      const job = this.#running[number];
      this.#running[number] = undefined;
      this.#free.push(number);
      job?.done(result);
    }
    this.#handOut();
  }

  /** Never more jobs than threads, so the socket has room for each. */
  #handOut(): void {
    for (const job of this.#queue) {
      const number = this.#free.pop();
      if (number === undefined) return;
      this.#queue.delete(job);
      this.#running[number] = job;
      this.#words.set([number, job.rounds]);
      check(write(this.results, this.#message, 0, MESSAGE), 'write');
    }
  }
  // #endregion burn
}
