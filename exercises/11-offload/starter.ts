/** Who computes for BURN. As it stands the loop does, and nobody is served meanwhile. */

import type { Burners } from '../../exercises/11-offload/burners.ts';
import { burn } from '../../lib/service/burn.ts';

export class Pool {
  readonly burners: Burners;

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
    done(burn(rounds));
    return () => {};
  }

  /** Called by the loop when there are results to receive(). */
  collect(): void {}
}
