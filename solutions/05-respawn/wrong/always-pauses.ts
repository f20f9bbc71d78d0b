/** Pauses before every replacement: a child that lived for days is missed for a second. @diagnosis always-pauses */

import type { ChildProcess } from 'node:child_process';

export const SHORT_LIFE = 1000;

export class Pool {
  readonly members: ChildProcess[] = [];
  readonly #start: (slot: number) => ChildProcess;
  #stopped = false;
  readonly #pauses: NodeJS.Timeout[] = [];

  constructor(size: number, start: (slot: number) => ChildProcess) {
    this.#start = start;
    for (let slot = 0; slot < size; slot++) this.#fill(slot);
  }

  #fill(slot: number): void {
    const child = this.#start(slot);
    this.members[slot] = child;
    child.on('exit', () => {
      if (this.#stopped) return;
      this.#pauses[slot] = setTimeout(() => this.#fill(slot), SHORT_LIFE);
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const pause of this.#pauses) clearTimeout(pause);
  }
}
