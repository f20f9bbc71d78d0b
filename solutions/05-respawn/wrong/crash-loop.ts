/** Replaces at once whoever ends, however short it has lived. @diagnosis crash-loop */

import type { ChildProcess } from 'node:child_process';

export const SHORT_LIFE = 1000;

export class Pool {
  readonly members: ChildProcess[] = [];
  readonly #start: (slot: number) => ChildProcess;
  #stopped = false;

  constructor(size: number, start: (slot: number) => ChildProcess) {
    this.#start = start;
    for (let slot = 0; slot < size; slot++) this.#fill(slot);
  }

  #fill(slot: number): void {
    const child = this.#start(slot);
    this.members[slot] = child;
    child.on('exit', () => {
      if (this.#stopped) return;
      this.#fill(slot);
    });
  }

  stop(): void {
    this.#stopped = true;
  }
}
