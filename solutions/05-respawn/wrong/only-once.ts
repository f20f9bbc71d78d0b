/** Replaces those of the beginning; of whoever replaces them nobody hears. @diagnosis only-once */

import type { ChildProcess } from 'node:child_process';

export const SHORT_LIFE = 1000;

export class Pool {
  readonly members: ChildProcess[] = [];
  readonly #start: (slot: number) => ChildProcess;
  #stopped = false;
  readonly #pauses: NodeJS.Timeout[] = [];

  constructor(size: number, start: (slot: number) => ChildProcess) {
    this.#start = start;
    for (let slot = 0; slot < size; slot++) {
      const began = performance.now();
      const child = start(slot);
      this.members[slot] = child;
      child.on('exit', () => {
        if (this.#stopped) return;
        const pause = performance.now() - began < SHORT_LIFE ? SHORT_LIFE : 0;
        this.#pauses[slot] = setTimeout(() => {
          this.members[slot] = this.#start(slot);
        }, pause);
      });
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const pause of this.#pauses) clearTimeout(pause);
  }
}
