/** Leaves the closing to setImmediate(), whose turn never comes: this thread does not return to Node. @diagnosis not-closed */

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
    setImmediate(() => close(fd));
  }

  turned(): void {}
}
