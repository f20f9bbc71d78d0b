/** Has one alarm for all: of two whose time has come, only the first is woken, and the other is forgotten. @diagnosis one-only */

export class Alarms {
  #fd = -1;
  #due = Number.POSITIVE_INFINITY;

  later(fd: number, milliseconds: number): void {
    const due = performance.now() + milliseconds;
    if (due >= this.#due) return; // another is due earlier
    this.#fd = fd;
    this.#due = due;
  }

  now(fd: number): void {
    this.later(fd, 0);
  }

  cancel(fd: number): void {
    if (fd === this.#fd) this.#due = Number.POSITIVE_INFINITY;
  }

  timeout(): number {
    if (this.#due === Number.POSITIVE_INFINITY) return -1;
    return Math.max(0, Math.ceil(this.#due - performance.now()));
  }

  next(): number {
    if (this.#due > performance.now()) return -1;
    this.#due = Number.POSITIVE_INFINITY;
    return this.#fd;
  }
}
