/** A lock between threads: the third mutex of Drepper, "Futexes Are Tricky", on Atomics instead of futex(2). */

const FREE = 0;
const HELD = 1;
/** Held, and somebody may be asleep for it. */
const CONTENDED = 2;

// #region mutex
/** At most one thread at a time holds it; the others sleep. */
export class Mutex {
  /** The shared word: FREE, HELD or CONTENDED. */
  readonly #word: Int32Array;

  /** @param memory 4 bytes, zero at first; every thread makes a Mutex of its own of the same memory */
  constructor(memory: SharedArrayBuffer) {
    this.#word = new Int32Array(memory);
  }

  /** Sleeps until this thread has the lock. @returns whether another had it, so that this one had to wait */
  lock(): boolean {
    let found = Atomics.compareExchange(this.#word, 0, FREE, HELD);
    if (found === FREE) return false;
    // Whoever has it must see, when it lets go, that somebody waits.
    if (found === HELD) found = Atomics.exchange(this.#word, 0, CONTENDED);
    while (found !== FREE) {
      Atomics.wait(this.#word, 0, CONTENDED); // not at all, if the word is no longer CONTENDED
      found = Atomics.exchange(this.#word, 0, CONTENDED); // perhaps a third thread was faster
    }
    return true;
  }

  /** Lets go, and wakes the thread that has slept longest, if any may be asleep. */
  unlock(): void {
    if (Atomics.exchange(this.#word, 0, FREE) === CONTENDED) Atomics.notify(this.#word, 0, 1);
  }
}
// #endregion mutex
