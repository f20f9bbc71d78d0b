/** Gives every buffer back, and never tells the kernel how far the ring goes now. @diagnosis not-told */

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
    this.#buffers.give(id);
  }

  turned(): void {}
}
