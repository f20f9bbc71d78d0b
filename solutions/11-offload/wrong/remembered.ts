/** Remembers what it has computed once; the first time it computes in the loop. @diagnosis on-the-loop */

import { burn } from '../../../lib/service/burn.ts';

const known = new Map<number, number>();

export class Pool {
  burn(rounds: number, done: (result: number) => void): () => void {
    const result = known.get(rounds) ?? burn(rounds);
    known.set(rounds, result);
    done(result);
    return () => {};
  }

  collect(): void {}
}
