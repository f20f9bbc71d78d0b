/** The same with a slot for each thread, and a queue out of which a client can go. */

import type { Burners } from '../../exercises/11-offload/burners.ts';

interface Job {
  readonly rounds: number;
  readonly done: (result: number) => void;
}

export class Pool {
  readonly burners: Burners;
  readonly #waiting = new Set<Job>();
  /** By slot: what is computed; nothing for whom it does not matter any more. */
  readonly #slots: (Job | undefined)[] = [];
  readonly #free: number[];

  /** @param burners threads that compute: send() a job, and some time later receive() its result */
  constructor(burners: Burners) {
    this.burners = burners;
    this.#free = Array.from({ length: burners.threads }, (_, slot) => slot);
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
    const job = { rounds, done };
    this.#waiting.add(job);
    this.#next();
    return () => {
      const slot = this.#slots.indexOf(job);
      if (!this.#waiting.delete(job) && slot >= 0) this.#slots[slot] = undefined;
    };
  }

  /** Called by the loop when there are results to receive(). */
  collect(): void {
    for (let next = this.burners.receive(); next !== undefined; next = this.burners.receive()) {
      const job = this.#slots[next.number];
      this.#slots[next.number] = undefined;
      this.#free.push(next.number);
      job?.done(next.result);
    }
    this.#next();
  }

  #next(): void {
    for (const job of this.#waiting) {
      const slot = this.#free.pop();
      if (slot === undefined) return;
      this.#waiting.delete(job);
      this.#slots[slot] = job;
      this.burners.send(slot, job.rounds);
    }
  }
}
