/** Keeps the alarm of a connection that is closed: it wakes whoever has its number next. @diagnosis not-cancelled */

interface Alarm {
  readonly fd: number;
  readonly due: number;
}

export class Alarms {
  #alarms: Alarm[] = [];

  later(fd: number, milliseconds: number): void {
    this.#alarms.push({ fd, due: performance.now() + milliseconds });
    this.#alarms.sort((one, other) => one.due - other.due);
  }

  now(fd: number): void {
    this.later(fd, 0);
  }

  cancel(): void {}

  timeout(): number {
    const [first] = this.#alarms;
    return first === undefined ? -1 : Math.max(0, Math.ceil(first.due - performance.now()));
  }

  next(): number {
    const [first] = this.#alarms;
    if (first === undefined || first.due > performance.now()) return -1;
    this.#alarms.shift();
    return first.fd;
  }
}
