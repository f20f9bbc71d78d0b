/** Lets a connection have its buffer until the next bytes come for it. @diagnosis holds */

import type { Buffers } from '../../../exercises/13-buffers/buffers.ts';
import { IORING_CQE_BUFFER_SHIFT } from '../../../lib/sys/uring.ts';

export class Lender {
  readonly #buffers: Buffers;
  readonly #of = new Map<number, number>();

  constructor(buffers: Buffers) {
    this.#buffers = buffers;
  }

  received(fd: number, flags: number, length: number, serve: (start: number, length: number) => void): void {
    const id = flags >>> IORING_CQE_BUFFER_SHIFT;
    const before = this.#of.get(fd);
    if (before !== undefined) this.#buffers.give(before);
    this.#of.set(fd, id);
    serve(this.#buffers.start(id), length);
  }

  turned(): void {
    this.#buffers.given();
  }
}
