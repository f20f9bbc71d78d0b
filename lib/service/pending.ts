/** Memory for answers on their way out: lent to a connection for as long as its socket does not take them. */

import { Memory } from '../sys/memory.ts';
import { CHUNK } from './limits.ts';
import { Output } from './output.ts';

/** So many that are not in use are kept for the next slow reader. */
const SPARES = 16;

/** Memory for answers, and its view as an output. */
export class Pending {
  readonly memory = Memory.allocate(CHUNK);
  readonly output = new Output(this.memory.bytes);
}

/** Those that are not in use. */
export class Spares {
  readonly #spares: Pending[] = [];

  take(): Pending {
    return this.#spares.pop() ?? new Pending();
  }

  /** Takes one back; what is in it is forgotten. */
  give(pending: Pending): void {
    pending.output.clear();
    if (this.#spares.length < SPARES) this.#spares.push(pending);
  }
}
