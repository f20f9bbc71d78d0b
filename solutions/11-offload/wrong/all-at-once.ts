/** Sends every job at once: the queue is in the socket then, out of which nobody can go. @diagnosis floods */

import type { Burners } from '../../../exercises/11-offload/burners.ts';

export class Pool {
  readonly burners: Burners;
  readonly #running = new Map<number, (result: number) => void>();
  #last = 0;

  constructor(burners: Burners) {
    this.burners = burners;
  }

  burn(rounds: number, done: (result: number) => void): () => void {
    const number = ++this.#last;
    this.#running.set(number, done);
    this.burners.send(number, rounds);
    return () => this.#running.delete(number);
  }

  collect(): void {
    for (let next = this.burners.receive(); next !== undefined; next = this.burners.receive()) {
      this.#running.get(next.number)?.(next.result);
      this.#running.delete(next.number);
    }
  }
}
