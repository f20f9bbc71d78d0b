/** Bounds on how many are served at a time: places to wait for, and what this process has left for them. */

import { readdirSync, readFileSync } from 'node:fs';

// #region places
/** So many places. Who takes one gives it back. */
export class Places {
  #free: number;
  #next = (): void => {};

  constructor(count: number) {
    this.#free = count;
  }

  /** Takes a place, as soon as there is one. One waits at a time: whoever accepts connections. */
  async take(): Promise<void> {
    if (this.#free === 0) {
      await new Promise<void>((resolve) => {
        this.#next = resolve;
      });
    }
    this.#free--;
  }

  /** Gives a place back. */
  leave(): void {
    this.#free++;
    this.#next();
  }
}
// #endregion places

/** How many descriptors this process may have (`ulimit -n`). */
export function descriptorLimit(): number {
  return Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1] ?? Infinity);
}

/** How many it may still open: its limit, less those that it has. */
export function freeDescriptors(): number {
  const limit = descriptorLimit();
  return limit - readdirSync('/proc/self/fd').filter((fd) => Number(fd) < limit).length;
}

/** How many more mappings of memory this process may have: `vm.max_map_count`, less those that it has. */
export function freeMappings(): number {
  const limit = Number(readFileSync('/proc/sys/vm/max_map_count', 'latin1'));
  return limit - readFileSync('/proc/self/maps', 'latin1').split('\n').length;
}
