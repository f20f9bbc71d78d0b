/** Sleeps for as long as the one who came last wants to wait, however soon another is due. @diagnosis not-the-first */

export class Alarms {
  readonly #due = new Map<number, number>();
  #last = -1;

  later(fd: number, milliseconds: number): void {
    this.#due.set(fd, performance.now() + milliseconds);
    this.#last = fd;
  }

  now(fd: number): void {
    this.later(fd, 0);
  }

  cancel(fd: number): void {
    this.#due.delete(fd);
  }

  timeout(): number {
    if (this.#due.size === 0) return -1;
    const due = this.#due.get(this.#last) ?? Math.min(...this.#due.values());
    return Math.max(0, Math.ceil(due - performance.now()));
  }

  next(): number {
    const now = performance.now();
    for (const [fd, due] of this.#due) {
      if (due > now) continue;
      this.#due.delete(fd);
      return fd;
    }
    return -1;
  }
}
