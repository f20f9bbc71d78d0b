/** Sleeps before it replaces: meanwhile the whole process hears of nothing. @diagnosis blocks */

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
    const began = performance.now();
    const child = this.#start(slot);
    this.members[slot] = child;
    child.on('exit', () => {
      if (this.#stopped) return;
      const pause = performance.now() - began < SHORT_LIFE ? SHORT_LIFE : 0;
      if (pause > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
      this.#fill(slot);
    });
  }

  stop(): void {
    this.#stopped = true;
  }
}
