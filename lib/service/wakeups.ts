/** Who has something to do although no socket tells of it: because a time has come, or because another connection acted. */

import { Timers } from './timers.ts';

/** What a loop and its connections need of Wakeups: something else may do that for them. */
export type Waking = Pick<Wakeups, 'later' | 'now' | 'cancel' | 'timeout' | 'next'>;

/** Descriptors that shall be looked at, now or later. The loop asks how long it may sleep, and then who is awake. */
export class Wakeups {
  readonly #timers = new Timers();
  /** In the order in which they were woken. */
  readonly #awake = new Set<number>();
  /** The time of the loop's present turn: who is due later, be it by an instant, waits for the next one. */
  #now = Number.NaN;

  /** Wakes a descriptor after so many milliseconds, instead of when it was told before. */
  later(fd: number, milliseconds: number): void {
    this.#timers.set(fd, performance.now() + milliseconds);
  }

  /** Wakes a descriptor now. */
  now(fd: number): void {
    this.#awake.add(fd);
  }

  /** Forgets a descriptor, which may be about to be closed. */
  cancel(fd: number): void {
    this.#timers.clear(fd);
    this.#awake.delete(fd);
  }

  /**
   * Begins a turn of the loop, and must be called in each: next() then tells of those who are due by now.
   *
   * @returns how long the loop may wait, in milliseconds: 0 when somebody is awake, -1 for ever
   */
  timeout(): number {
    this.#now = Number.NaN;
    if (this.#awake.size > 0) return 0;
    if (this.#timers.size === 0) return -1;
    return Math.max(0, Math.ceil(this.#timers.next() - performance.now()));
  }

  /** Takes the next descriptor that is awake, or -1 when none is. */
  next(): number {
    for (const fd of this.#awake) {
      this.#awake.delete(fd);
      return fd;
    }
    if (this.#timers.size === 0) return -1;
    if (Number.isNaN(this.#now)) this.#now = performance.now();
    return this.#timers.expire(this.#now);
  }
}
