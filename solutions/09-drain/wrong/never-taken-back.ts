/** Remembers who became readable, and does not forget it when EAGAIN comes. @diagnosis busy */

export const BUDGET = 8;

export class Drain {
  readonly #read: (fd: number) => boolean;
  readonly #ready = new Set<number>();

  constructor(read: (fd: number) => boolean) {
    this.#read = read;
  }

  told(fd: number): void {
    this.#ready.add(fd);
  }

  turn(): boolean {
    for (const fd of this.#ready) {
      for (let reads = 0; reads < BUDGET && this.#read(fd); reads++) {}
    }
    return this.#ready.size > 0;
  }
}
