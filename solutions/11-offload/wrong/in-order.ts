/** Takes the first result that comes for that of the first who asked. @diagnosis mixed-up */

import type { Burners } from '../../../exercises/11-offload/burners.ts';

interface Job {
  readonly rounds: number;
  done: ((result: number) => void) | undefined;
}

export class Pool {
  readonly burners: Burners;
  readonly #queue: Job[] = [];
  readonly #running: Job[] = [];

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
      this.#running.shift()?.done?.(next.result);
    }
    this.#handOut();
  }

  #handOut(): void {
    while (this.#running.length < this.burners.threads) {
      const job = this.#queue.shift();
      if (job === undefined) return;
      this.#running.push(job);
      this.burners.send(0, job.rounds);
    }
  }
}
