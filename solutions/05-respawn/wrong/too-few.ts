/** Counts from 1, and so one slot stays empty. @diagnosis too-few */

import type { ChildProcess } from 'node:child_process';

export const SHORT_LIFE = 1000;

export class Pool {
  readonly members: ChildProcess[] = [];
  readonly #start: (slot: number) => ChildProcess;
  #stopped = false;
  readonly #pauses: NodeJS.Timeout[] = [];

  constructor(size: number, start: (slot: number) => ChildProcess) {
    this.#start = start;
    for (let slot = 1; slot < size; slot++) this.#fill(slot);
  }

  #fill(slot: number): void {
    const began = performance.now();
    const child = this.#start(slot);
    this.members[slot] = child;
    child.on('exit', () => {
      if (this.#stopped) return;
      const pause = performance.now() - began < SHORT_LIFE ? SHORT_LIFE : 0;
      this.#pauses[slot] = setTimeout(() => this.#fill(slot), pause);
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const pause of this.#pauses) clearTimeout(pause);
  }
}
