/** How a thread that sleeps in one ring hears of others: they ring a bell, and the first waits for it by a request. */

import { check } from '../../lib/sys/errors.ts';
import { eventfd, O_CLOEXEC } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { registerEventfd } from '../../lib/sys/registered.ts';
import { operation, type Ring } from '../../lib/sys/ring.ts';
import { IORING_OP_READ } from '../../lib/sys/uring.ts';
import { Kind } from './kinds.ts';
import type { Loop } from './server.ts';

const READ = operation(IORING_OP_READ);

export class Bell {
  readonly #ring: Ring;
  readonly #others: readonly Loop[];
  readonly #fd: number = -1;
  readonly #count = Memory.allocate(8);

  /** @param ring in which the thread sleeps */
  constructor(ring: Ring, others: readonly Loop[]) {
    this.#ring = ring;
    this.#others = others;
    if (others.length === 0) return;
    this.#fd = check(eventfd(0, O_CLOEXEC), 'eventfd');
    for (const other of others) registerEventfd(other.ring, this.#fd);
    this.rung();
  }

  /** It has rung, for any of them, or for several: all have a turn. Then it is waited for again. */
  rung(): void {
    for (const loop of this.#others) loop.wake();
    this.#ring.prepare(READ, this.#fd, this.#count.address, this.#count.length, 0, 0, Kind.Rung);
  }
}
