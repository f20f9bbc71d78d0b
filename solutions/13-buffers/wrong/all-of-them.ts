/** Gives all buffers back in each turn, and most of them the kernel has: it gets them twice. @diagnosis lent-twice */

import type { Buffers } from '../../../exercises/13-buffers/buffers.ts';
import { IORING_CQE_BUFFER_SHIFT } from '../../../lib/sys/uring.ts';

export class Lender {
  readonly #buffers: Buffers;

  constructor(buffers: Buffers) {
    this.#buffers = buffers;
  }

  received(_fd: number, flags: number, length: number, serve: (start: number, length: number) => void): void {
    const id = flags >>> IORING_CQE_BUFFER_SHIFT;
    serve(this.#buffers.start(id), length);
  }

  turned(): void {
    for (let id = 0; id < this.#buffers.count; id++) this.#buffers.give(id);
    this.#buffers.given();
  }
}
