/** Whom a reactor calls for which descriptor. As it stands a descriptor is closed, and its handlers stay. */

import type { Handlers } from '../../lib/loop/reactor.ts';
import { close } from '../../lib/sys/io.ts';

export class Table {
  readonly #handlers = new Map<number, Handlers>();

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
    close(fd);
  }

  /** Called when the list has been read to its end, before the next epoll_wait. */
  turned(): void {}
}
