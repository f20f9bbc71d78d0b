/** The same with one read for each in a turn, as chapter 09 has it: who is not done queues again, behind the others. */

/** So many reads a connection may have in one turn of the loop. */
export const BUDGET = 1;

export class Drain {
  readonly #read: (fd: number) => boolean;
  #queue: number[] = [];
  /** By descriptor: whether it stands in the queue; twice, and it would have two turns. */
  readonly #queued: boolean[] = [];

  /**
   * @param read reads from a connection once, 64 bytes at most, and answers. It returns whether there may be more to
   *   read: false after EAGAIN, and when the connection is closed
   */
  constructor(read: (fd: number) => boolean) {
    this.#read = read;
  }

  /** The kernel told that a connection has become readable. It will not tell again before more comes. */
  told(fd: number): void {
    if (this.#queued[fd]) return;
    this.#queued[fd] = true;
    this.#queue.push(fd);
  }

  /** Called once in each turn, after told(). @returns whether there is more to read, so that epoll_wait must not sleep */
  turn(): boolean {
    const queue = this.#queue;
    this.#queue = [];
    for (const fd of queue) {
      this.#queued[fd] = false;
      if (this.#read(fd)) this.told(fd);
    }
    return this.#queue.length > 0;
  }
}
