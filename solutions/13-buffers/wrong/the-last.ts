/** Remembers which buffer was used in a turn, and of several the last one. @diagnosis one-a-turn */

import type { Buffers } from '../../../exercises/13-buffers/buffers.ts';
import { IORING_CQE_BUFFER_SHIFT } from '../../../lib/sys/uring.ts';

export class Lender {
  readonly #buffers: Buffers;
  #used = -1;

  constructor(buffers: Buffers) {
    this.#buffers = buffers;
  }

  received(_fd: number, flags: number, length: number, serve: (start: number, length: number) => void): void {
    const id = flags >>> IORING_CQE_BUFFER_SHIFT;
    serve(this.#buffers.start(id), length);
    this.#used = id;
  }

  turned(): void {
    if (this.#used < 0) return;
    this.#buffers.give(this.#used);
    this.#buffers.given();
    this.#used = -1;
  }
}
