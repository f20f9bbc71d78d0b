/** Buffers that are lent to the kernel. As it stands, it has each of them once. */

import type { Buffers } from '../../exercises/13-buffers/buffers.ts';
import { IORING_CQE_BUFFER_SHIFT } from '../../lib/sys/uring.ts';

export class Lender {
  readonly #buffers: Buffers;

  /** @param buffers all of them are lent */
  constructor(buffers: Buffers) {
    this.#buffers = buffers;
  }

  /**
   * Called for each completion that has a buffer.
   *
   * @param _fd for which connection
   * @param flags in the upper 16 bits, which buffer the kernel has taken
   * @param length how many bytes it has put there; it may be none
   * @param serve looks at the bytes, and has copied what it needs when it returns
   */
  received(_fd: number, flags: number, length: number, serve: (start: number, length: number) => void): void {
    const id = flags >>> IORING_CQE_BUFFER_SHIFT;
    serve(this.#buffers.start(id), length);
  }

  /** Called when all completions of a turn have been heard, and before the kernel is asked for more. */
  turned(): void {}
}
