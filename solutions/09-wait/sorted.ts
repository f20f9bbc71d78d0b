/** The same with a list that is kept in order: who is due first stands first. */

interface Alarm {
  readonly fd: number;
  readonly due: number;
}

export class Alarms {
  /** By when they are due. */
  #alarms: Alarm[] = [];

  /** Wakes a connection after so many milliseconds, instead of when it was told before. */
  later(fd: number, milliseconds: number): void {
    this.cancel(fd);
    const due = performance.now() + milliseconds;
    const before = this.#alarms.findIndex((alarm) => alarm.due > due);
    this.#alarms.splice(before < 0 ? this.#alarms.length : before, 0, { fd, due });
  }

  /** Wakes a connection in this turn of the loop. */
  now(fd: number): void {
    this.later(fd, 0);
  }

  /** Forgets a connection: it is closed, and its number will be given to another. */
  cancel(fd: number): void {
    this.#alarms = this.#alarms.filter((alarm) => alarm.fd !== fd);
  }

  /** Asked in each turn. @returns the timeout for epoll_wait, in whole milliseconds; -1 for ever */
  timeout(): number {
    const [first] = this.#alarms;
    return first === undefined ? -1 : Math.max(0, Math.ceil(first.due - performance.now()));
  }

  /** Called after epoll_wait until it returns -1. @returns the next connection to be woken, or -1 */
  next(): number {
    const [first] = this.#alarms;
    if (first === undefined || first.due > performance.now()) return -1;
    this.#alarms.shift();
    return first.fd;
  }
}
