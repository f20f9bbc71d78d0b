/** Leaves it to setImmediate(), whose turn never comes: this thread does not return to Node's loop. @diagnosis never-told */

import { burn } from '../../../lib/service/burn.ts';

export class Pool {
  burn(rounds: number, done: (result: number) => void): () => void {
    const immediate = setImmediate(() => done(burn(rounds)));
    return () => clearImmediate(immediate);
  }

  collect(): void {}
}
