/** A pool that keeps its size: whoever ends is replaced, and after a short life only after a pause. */

import type { ChildProcess } from 'node:child_process';

/** Who has lived for less than this, in milliseconds, is replaced only after as long: it would not live next time either. */
export const SHORT_LIFE = 1000;

export class Pool {
  /** By slot: who has it now, or had it last. */
  readonly members: ChildProcess[] = [];
  readonly #start: (slot: number) => ChildProcess;
  #stopped = false;
  /** By slot: the pause before somebody starts there. */
  readonly #pauses: NodeJS.Timeout[] = [];

  /**
   * Starts so many children.
   *
   * @param start starts one for a slot, 0 … size - 1; it emits 'exit' when it has ended
   */
  constructor(size: number, start: (slot: number) => ChildProcess) {
    this.#start = start;
    for (let slot = 0; slot < size; slot++) this.#fill(slot);
  }

  #fill(slot: number): void {
    const began = performance.now();
    const child = this.#start(slot);
    this.members[slot] = child;
    child.on('exit', () => {
      if (this.#stopped) return;
      // A timer, and no sleep: meanwhile others may end, and this process must hear of it.
      const pause = performance.now() - began < SHORT_LIFE ? SHORT_LIFE : 0;
      this.#pauses[slot] = setTimeout(() => this.#fill(slot), pause);
    });
  }

  /** Replaces nobody any more; the children are about to be ended. */
  stop(): void {
    this.#stopped = true;
    for (const pause of this.#pauses) clearTimeout(pause);
  }
}
