/** Looks descriptors up by their time: of two who are due in the same millisecond one is lost. @diagnosis collides */

export class Alarms {
  readonly #at = new Map<number, number>();

  later(fd: number, milliseconds: number): void {
    this.cancel(fd);
    this.#at.set(Math.ceil(performance.now() + milliseconds), fd);
  }

  now(fd: number): void {
    this.later(fd, 0);
  }

  cancel(fd: number): void {
    for (const [due, other] of this.#at) if (other === fd) this.#at.delete(due);
  }

  timeout(): number {
    if (this.#at.size === 0) return -1;
    return Math.max(0, Math.ceil(Math.min(...this.#at.keys()) - performance.now()));
  }

  next(): number {
    for (const [due, fd] of this.#at) {
      if (due > performance.now()) continue;
      this.#at.delete(due);
      return fd;
    }
    return -1;
  }
}
