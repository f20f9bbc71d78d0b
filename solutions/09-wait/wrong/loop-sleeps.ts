/** Waits in the loop until the time has come, if not in nanosleep, then by asking the clock. @diagnosis loop-sleeps */

export class Alarms {
  readonly #awake: number[] = [];

  later(fd: number, milliseconds: number): void {
    const due = performance.now() + milliseconds;
    while (performance.now() < due) {}
    this.#awake.push(fd);
  }

  now(fd: number): void {
    this.#awake.push(fd);
  }

  cancel(): void {}

  timeout(): number {
    return this.#awake.length > 0 ? 0 : -1;
  }

  next(): number {
    return this.#awake.shift() ?? -1;
  }
}
