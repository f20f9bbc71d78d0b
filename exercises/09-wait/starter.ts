/** When connections shall be woken that WAIT. As it stands the loop itself sleeps, and nobody is served meanwhile. */

import { nanosleep } from '../../lib/sys/process.ts';

export class Alarms {
  /** Descriptors that shall be woken, for the loop to take with next(). */
  readonly #awake: number[] = [];

  /** Wakes a connection after so many milliseconds, instead of when it was told before. */
  later(fd: number, milliseconds: number): void {
    nanosleep(milliseconds);
    this.now(fd);
  }

  /** Wakes a connection in this turn of the loop. */
  now(fd: number): void {
    this.#awake.push(fd);
  }

  /** Forgets a connection: it is closed, and its number will be given to another. */
  cancel(fd: number): void {
    const at = this.#awake.indexOf(fd);
    if (at >= 0) this.#awake.splice(at, 1);
  }

  /** Asked in each turn. @returns the timeout for epoll_wait, in whole milliseconds; -1 for ever */
  timeout(): number {
    return this.#awake.length > 0 ? 0 : -1;
  }

  /** Called after epoll_wait until it returns -1. @returns the next connection to be woken, or -1 */
  next(): number {
    return this.#awake.shift() ?? -1;
  }
}
