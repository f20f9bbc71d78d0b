/** When connections shall be woken that WAIT: the loop sleeps until the first of them is due, and no longer. */

export class Alarms {
  /** Descriptors that shall be woken, for the loop to take with next(). */
  readonly #awake: number[] = [];
  /** By descriptor: when it is due. */
  readonly #due = new Map<number, number>();

  /** Wakes a connection after so many milliseconds, instead of when it was told before. */
  later(fd: number, milliseconds: number): void {
    this.#due.set(fd, performance.now() + milliseconds);
  }

  /** Wakes a connection in this turn of the loop. */
  now(fd: number): void {
    this.#awake.push(fd);
  }

  /** Forgets a connection: it is closed, and its number will be given to another. */
  cancel(fd: number): void {
    this.#due.delete(fd);
    const at = this.#awake.indexOf(fd);
    if (at >= 0) this.#awake.splice(at, 1);
  }

  /** Asked in each turn. @returns the timeout for epoll_wait, in whole milliseconds; -1 for ever */
  timeout(): number {
    if (this.#awake.length > 0) return 0;
    if (this.#due.size === 0) return -1;
    // Every alarm is looked at: for ten thousand of them, lib/service/timers.ts has a heap.
    const first = Math.min(...this.#due.values());
    return Math.max(0, Math.ceil(first - performance.now())); // rounded up, or the last millisecond would be spun away
  }

  /** Called after epoll_wait until it returns -1. @returns the next connection to be woken, or -1 */
  next(): number {
    const now = performance.now();
    for (const [fd, due] of this.#due) {
      if (due > now) continue;
      this.#due.delete(fd);
      return fd;
    }
    return this.#awake.shift() ?? -1;
  }
}
