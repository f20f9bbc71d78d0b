/** The same with pauses that double from one short life to the next, until somebody has lived long. */

import type { ChildProcess } from 'node:child_process';

/** Who has lived for less than this, in milliseconds, is replaced only after as long: it would not live next time either. */
export const SHORT_LIFE = 1000;
const LONGEST = 8000;

export class Pool {
  /** By slot: who has it now, or had it last. */
  readonly members: ChildProcess[] = [];
  readonly #start: (slot: number) => ChildProcess;
  readonly #stop = new AbortController();

  /**
   * Starts so many children.
   *
   * @param start starts one for a slot, 0 … size - 1; it emits 'exit' when it has ended
   */
  constructor(size: number, start: (slot: number) => ChildProcess) {
    this.#start = start;
    for (let slot = 0; slot < size; slot++) this.#fill(slot, SHORT_LIFE);
  }

  #fill(slot: number, pause: number): void {
    if (this.#stop.signal.aborted) return;
    const began = performance.now();
    const child = this.#start(slot);
    this.members[slot] = child;
    child.once('exit', () => {
      if (performance.now() - began >= SHORT_LIFE) return this.#fill(slot, SHORT_LIFE);
      const timer = setTimeout(() => this.#fill(slot, Math.min(2 * pause, LONGEST)), pause);
      this.#stop.signal.addEventListener('abort', () => clearTimeout(timer));
    });
  }

  /** Replaces nobody any more; the children are about to be ended. */
  stop(): void {
    this.#stop.abort();
  }
}
