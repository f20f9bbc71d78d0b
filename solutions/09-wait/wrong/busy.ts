/** Does not sleep at all while somebody waits: it asks again and again whether the time has come. @diagnosis busy */

export class Alarms {
  readonly #due = new Map<number, number>();

  later(fd: number, milliseconds: number): void {
    this.#due.set(fd, performance.now() + milliseconds);
  }

  now(fd: number): void {
    this.later(fd, 0);
  }

  cancel(fd: number): void {
    this.#due.delete(fd);
  }

  timeout(): number {
    return this.#due.size === 0 ? -1 : 0;
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
