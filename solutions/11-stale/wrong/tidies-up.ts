/** Closes at once, and tidies up at the end of the turn: by then the number may be another's. @diagnosis wipes-successor */

import type { Handlers } from '../../../lib/loop/reactor.ts';
import { close } from '../../../lib/sys/io.ts';

export class Table {
  readonly #handlers = new Map<number, Handlers>();
  readonly #closed: number[] = [];

  handle(fd: number, handlers: Handlers): void {
    this.#handlers.set(fd, handlers);
  }

  of(fd: number): Handlers | undefined {
    return this.#handlers.get(fd);
  }

  close(fd: number): void {
    close(fd);
    this.#closed.push(fd);
  }

  turned(): void {
    for (const fd of this.#closed) this.#handlers.delete(fd);
    this.#closed.length = 0;
  }
}
