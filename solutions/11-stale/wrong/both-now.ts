/** Clears and closes at once: the number comes back while the list still tells of it. @diagnosis came-back */

import type { Handlers } from '../../../lib/loop/reactor.ts';
import { close } from '../../../lib/sys/io.ts';

export class Table {
  readonly #handlers = new Map<number, Handlers>();

  handle(fd: number, handlers: Handlers): void {
    this.#handlers.set(fd, handlers);
  }

  of(fd: number): Handlers | undefined {
    return this.#handlers.get(fd);
  }

  close(fd: number): void {
    this.#handlers.delete(fd);
    close(fd);
  }

  turned(): void {}
}
