/** Who computes for BURN: the threads, each one job at a time, while the loop goes on. */

import type { Burners } from '../../exercises/11-offload/burners.ts';

/** Somebody's BURN; without `done` when he is gone. */
interface Job {
  readonly rounds: number;
  done: ((result: number) => void) | undefined;
}

export class Pool {
  readonly burners: Burners;
  /** Jobs for which no thread was free. */
  readonly #queue: Job[] = [];
  /** By number: the jobs that the threads have. */
  readonly #running = new Map<number, Job>();
  #last = 0;

  /** @param burners threads that compute: send() a job, and some time later receive() its result */
  constructor(burners: Burners) {
    this.burners = burners;
  }

  /**
   * Has somebody compute for a client, and returns at once.
   *
   * @param rounds as for burn()
   * @param done to be called with the result, once
   * @returns called when the client is gone: from then on `done` must not be called any more, and a job that still waits
   *   is not to be sent
   */
  burn(rounds: number, done: (result: number) => void): () => void {
    const job: Job = { rounds, done };
    this.#queue.push(job);
    this.#handOut();
    return () => {
      job.done = undefined;
    };
  }

  /** Called by the loop when there are results to receive(). */
  collect(): void {
    for (let next = this.burners.receive(); next !== undefined; next = this.burners.receive()) {
      const job = this.#running.get(next.number); // the first to be sent need not be the first to be done
      this.#running.delete(next.number);
      job?.done?.(next.result);
    }
    this.#handOut();
  }

  /** Never more jobs than threads: whose client goes while he stands in the queue is not computed. */
  #handOut(): void {
    while (this.#running.size < this.burners.threads) {
      const job = this.#queue.shift();
      if (job === undefined) return;
      if (job.done === undefined) continue;
      this.#last = (this.#last + 1) >>> 0;
      this.#running.set(this.#last, job);
      this.burners.send(this.#last, job.rounds);
    }
  }
}
