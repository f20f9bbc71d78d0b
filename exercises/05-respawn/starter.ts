/** A pool that keeps its size. As it stands it starts its children, and whoever ends is missed by nobody. */

import type { ChildProcess } from 'node:child_process';

/** Who has lived for less than this, in milliseconds, is replaced only after as long: it would not live next time either. */
export const SHORT_LIFE = 1000;

export class Pool {
  /** By slot: who has it now, or had it last. */
  readonly members: ChildProcess[] = [];

  /**
   * Starts so many children.
   *
   * @param start starts one for a slot, 0 … size - 1; it emits 'exit' when it has ended
   */
  constructor(size: number, start: (slot: number) => ChildProcess) {
    for (let slot = 0; slot < size; slot++) this.members[slot] = start(slot);
  }

  /** Replaces nobody any more; the children are about to be ended. */
  stop(): void {}
}
