/** What edge-triggered events leave to do: reads until EAGAIN, and a few of them in each turn. */

/** So many reads a connection may have in one turn of the loop. */
export const BUDGET = 8;

export class Drain {
  readonly #read: (fd: number) => boolean;
  /** Those of whom the kernel told, and no EAGAIN has taken it back. */
  readonly #ready = new Set<number>();

  /**
   * @param read reads from a connection once, 64 bytes at most, and answers. It returns whether there may be more to
   *   read: false after EAGAIN, and when the connection is closed
   */
  constructor(read: (fd: number) => boolean) {
    this.#read = read;
  }

  /** The kernel told that a connection has become readable. It will not tell again before more comes. */
  told(fd: number): void {
    this.#ready.add(fd);
  }

  /** Called once in each turn, after told(). @returns whether there is more to read, so that epoll_wait must not sleep */
  turn(): boolean {
    for (const fd of this.#ready) {
      let more = true;
      for (let reads = 0; more && reads < BUDGET; reads++) more = this.#read(fd);
      if (!more) this.#ready.delete(fd); // from now on the kernel tells
    }
    return this.#ready.size > 0; // the others go on in the next turn, for which no event will come
  }
}
