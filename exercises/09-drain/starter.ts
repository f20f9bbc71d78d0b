/** What edge-triggered events leave to do. As it stands each is one read, and what that leaves lies there. */

/** So many reads a connection may have in one turn of the loop. */
export const BUDGET = 8;

export class Drain {
  readonly #read: (fd: number) => boolean;

  /**
   * @param read reads from a connection once, 64 bytes at most, and answers. It returns whether there may be more to
   *   read: false after EAGAIN, and when the connection is closed
   */
  constructor(read: (fd: number) => boolean) {
    this.#read = read;
  }

  /** The kernel told that a connection has become readable. It will not tell again before more comes. */
  told(fd: number): void {
    this.#read(fd);
  }

  /** Called once in each turn, after told(). @returns whether there is more to read, so that epoll_wait must not sleep */
  turn(): boolean {
    return false;
  }
}
