/** Tasks: async functions that wait for the reactor instead of for Node, one thing at a time, and can be cancelled there. */

import type { Reactor } from '../../lib/loop/reactor.ts';

/** What a task meets where it waits, when it is cancelled. Its `finally` blocks run, and nobody else hears of it. */
export class Cancelled extends Error {
  override readonly name: string = 'Cancelled';
}

/** What it meets when its time for something is over. */
export class TimedOut extends Cancelled {
  override readonly name = 'TimedOut';
}

// #region task
/** An async function under way. It waits for one thing at a time, since it goes on only when that has happened. */
export class Task {
  readonly reactor: Reactor;
  /** What it waits for, and how to let it go on. */
  #reason: unknown;
  #resolve: (() => void) | undefined;
  #reject: ((error: Error) => void) | undefined;
  /** What it shall meet at its next waits, one at each. */
  readonly #interrupts = new Set<Error>();

  constructor(reactor: Reactor) {
    this.reactor = reactor;
  }

  /** Waits until somebody says resume() with the same reason. @throws what cancel() was given */
  suspend(reason: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#reason = reason;
      this.#resolve = resolve;
      this.#reject = reject;
      for (const error of this.#interrupts) {
        this.#interrupts.delete(error);
        return this.cancel(error);
      }
    });
  }

  /** Lets it go on, as soon as the turn is over. @returns false when it does not wait for that */
  resume(reason: unknown): boolean {
    if (this.#resolve === undefined || this.#reason !== reason) return false;
    const resolve = this.#resolve;
    this.#forget();
    resolve();
    return true;
  }

  /** Has it meet an error where it waits; or, when it is about to go on, at its next wait. */
  cancel(error: Error): void {
    if (this.#reject !== undefined) {
      const reject = this.#reject;
      this.#forget();
      reject(error);
    } else this.#interrupts.add(error);
  }

  /** Spares it an error that it has not met yet. */
  uncancel(error: Error): void {
    this.#interrupts.delete(error);
  }
  // #endregion task

  // #region time
  /** Waits for so many milliseconds. */
  async sleep(milliseconds: number): Promise<void> {
    const reason = {};
    const callOff = this.reactor.after(milliseconds, () => this.resume(reason));
    try {
      await this.suspend(reason);
    } finally {
      callOff();
    }
  }

  /**
   * Lets a body of code take so many milliseconds at most, unless it catches TimedOut itself and goes on.
   *
   * @returns what it returns
   * @throws TimedOut when its time is over; its `finally` blocks have run then
   */
  async withTimeout<T>(milliseconds: number, body: () => Promise<T>): Promise<T> {
    const over = new TimedOut(`not done after ${milliseconds} ms`);
    const callOff = this.reactor.after(milliseconds, () => this.cancel(over));
    try {
      return await body();
    } finally {
      callOff();
      this.uncancel(over); // it may have come too late
    }
  }
  // #endregion time

  #forget(): void {
    this.#reason = undefined;
    this.#resolve = undefined;
    this.#reject = undefined;
  }
}

// #region run
/** Starts an async function; whoever is cancelled ends in silence, and any other error is a bug that ends the program. */
export function spawn(reactor: Reactor, body: (task: Task) => Promise<void>): Task {
  const task = new Task(reactor);
  body(task).catch((error) => {
    if (!(error instanceof Cancelled)) throw error;
  });
  return task;
}

/**
 * Turns the reactor for ever. Between two turns control goes back to Node, once, which lets every task whose wait is over go
 * on until it waits again: V8 does that for no one who calls it from a loop that never returns.
 */
export function run(reactor: Reactor): void {
  reactor.turn();
  setImmediate(run, reactor);
}
// #endregion run
