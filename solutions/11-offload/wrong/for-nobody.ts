/** Remembers who is gone, and looks at it only when the result has come. @diagnosis for-nobody */

import type { Burners } from '../../../exercises/11-offload/burners.ts';

interface Job {
  readonly rounds: number;
  done: ((result: number) => void) | undefined;
}

export class Pool {
  readonly burners: Burners;
  readonly #queue: Job[] = [];
  readonly #running = new Map<number, Job>();
  #last = 0;

  constructor(burners: Burners) {
    this.burners = burners;
  }

  burn(rounds: number, done: (result: number) => void): () => void {
    const job: Job = { rounds, done };
    this.#queue.push(job);
    this.#handOut();
    return () => {
      job.done = undefined;
    };
  }

  collect(): void {
    for (let next = this.burners.receive(); next !== undefined; next = this.burners.receive()) {
      const job = this.#running.get(next.number);
      this.#running.delete(next.number);
      job?.done?.(next.result);
    }
    this.#handOut();
  }

  #handOut(): void {
    while (this.#running.size < this.burners.threads) {
      const job = this.#queue.shift();
      if (job === undefined) return;
      this.#last = (this.#last + 1) >>> 0;
      this.#running.set(this.#last, job);
      this.burners.send(this.#last, job.rounds);
    }
  }
}
