/** Gives everybody a turn of one read, and takes an event for done with it. @diagnosis reads-once */

export class Drain {
  readonly #read: (fd: number) => boolean;
  #ready: number[] = [];

  constructor(read: (fd: number) => boolean) {
    this.#read = read;
  }

  told(fd: number): void {
    this.#ready.push(fd);
  }

  turn(): boolean {
    for (const fd of this.#ready) this.#read(fd);
    this.#ready = [];
    return false;
  }
}
