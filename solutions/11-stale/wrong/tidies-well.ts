/** Closes at once, and tidies up at the end of the turn, but for numbers that are another's by then. @diagnosis not-cleared */

import type { Handlers } from '../../../lib/loop/reactor.ts';
import { close } from '../../../lib/sys/io.ts';

export class Table {
  readonly #handlers = new Map<number, Handlers>();
  readonly #closed = new Set<number>();

  handle(fd: number, handlers: Handlers): void {
    this.#closed.delete(fd);
    this.#handlers.set(fd, handlers);
  }

  of(fd: number): Handlers | undefined {
    return this.#handlers.get(fd);
  }

  close(fd: number): void {
    close(fd);
    this.#closed.add(fd);
  }

  turned(): void {
    for (const fd of this.#closed) this.#handlers.delete(fd);
    this.#closed.clear();
  }
}
