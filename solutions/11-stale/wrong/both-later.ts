/** Does everything at the end of the turn, and has handlers called meanwhile. @diagnosis cleared-late */

import type { Handlers } from '../../../lib/loop/reactor.ts';
import { close } from '../../../lib/sys/io.ts';

export class Table {
  readonly #handlers = new Map<number, Handlers>();
  readonly #closing: number[] = [];

  handle(fd: number, handlers: Handlers): void {
    this.#handlers.set(fd, handlers);
  }

  of(fd: number): Handlers | undefined {
    return this.#handlers.get(fd);
  }

  close(fd: number): void {
    this.#closing.push(fd);
  }

  turned(): void {
    for (const fd of this.#closing) {
      this.#handlers.delete(fd);
      close(fd);
    }
    this.#closing.length = 0;
  }
}
