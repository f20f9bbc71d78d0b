/** Has a thread compute, and asks it until it has the result: two work, and the loop waits all the same. @diagnosis waits */

import type { Burners } from '../../../exercises/11-offload/burners.ts';

export class Pool {
  readonly burners: Burners;

  constructor(burners: Burners) {
    this.burners = burners;
  }

  burn(rounds: number, done: (result: number) => void): () => void {
    this.burners.send(0, rounds);
    let next = this.burners.receive();
    while (next === undefined) next = this.burners.receive();
    done(next.result);
    return () => {};
  }

  collect(): void {}
}
