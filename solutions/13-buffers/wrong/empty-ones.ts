/** Gives back the buffers that have nothing in them, and no other. @diagnosis never-back */

import type { Buffers } from '../../../exercises/13-buffers/buffers.ts';
import { IORING_CQE_BUFFER_SHIFT } from '../../../lib/sys/uring.ts';

export class Lender {
  readonly #buffers: Buffers;

  constructor(buffers: Buffers) {
    this.#buffers = buffers;
  }

  received(_fd: number, flags: number, length: number, serve: (start: number, length: number) => void): void {
    const id = flags >>> IORING_CQE_BUFFER_SHIFT;
    if (length > 0) serve(this.#buffers.start(id), length);
    else this.#buffers.give(id);
  }

  turned(): void {
    this.#buffers.given();
  }
}
