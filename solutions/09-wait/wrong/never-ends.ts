/** Leaves it to setTimeout(), whose turn comes in Node's loop: this thread never returns to it. @diagnosis never-ends */

export class Alarms {
  readonly #awake: number[] = [];
  readonly #timers = new Map<number, NodeJS.Timeout>();

  later(fd: number, milliseconds: number): void {
    clearTimeout(this.#timers.get(fd));
    this.#timers.set(
      fd,
      setTimeout(() => this.#awake.push(fd), milliseconds),
    );
  }

  now(fd: number): void {
    this.#awake.push(fd);
  }

  cancel(fd: number): void {
    clearTimeout(this.#timers.get(fd));
  }

  timeout(): number {
    return this.#awake.length > 0 ? 0 : -1;
  }

  next(): number {
    return this.#awake.shift() ?? -1;
  }
}
