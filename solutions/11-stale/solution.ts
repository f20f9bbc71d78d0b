/** Whom a reactor calls for which descriptor: nobody from the moment at which it is given up, which is closed a turn later. */

import type { Handlers } from '../../lib/loop/reactor.ts';
import { close } from '../../lib/sys/io.ts';

export class Table {
  readonly #handlers = new Map<number, Handlers>();
  /** Descriptors that nobody is called for, still open. */
  readonly #closing: number[] = [];

  /** Says whom to call for a descriptor from now on. */
  handle(fd: number, handlers: Handlers): void {
    this.#handlers.set(fd, handlers);
  }

  /** Asked for each event of the list that epoll_wait has returned. @returns whom to call; nothing when it is for nobody */
  of(fd: number): Handlers | undefined {
    return this.#handlers.get(fd);
  }

  /**
   * Closes a descriptor, whose handlers are called no more. The very next accept may return its number again, while the
   * rest of the list may hold an event that was meant for whoever had it.
   */
  close(fd: number): void {
    this.#handlers.delete(fd);
    this.#closing.push(fd); // while it is open, nobody else can have its number
  }

  /** Called when the list has been read to its end, before the next epoll_wait. */
  turned(): void {
    for (const fd of this.#closing) close(fd);
    this.#closing.length = 0;
  }
}
