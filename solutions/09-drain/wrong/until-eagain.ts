/** Reads until EAGAIN at once, as manuals have it: whoever sends much has the loop for himself. @diagnosis no-budget */

export class Drain {
  readonly #read: (fd: number) => boolean;

  constructor(read: (fd: number) => boolean) {
    this.#read = read;
  }

  told(fd: number): void {
    while (this.#read(fd)) {}
  }

  turn(): boolean {
    return false;
  }
}
