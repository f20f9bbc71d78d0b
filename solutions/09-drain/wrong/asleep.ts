/** Remembers whose budget is used up, and lets the loop sleep nevertheless. @diagnosis sleeps */

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
      let more = true;
      for (let reads = 0; more && reads < BUDGET; reads++) more = this.#read(fd);
      if (!more) this.#ready.delete(fd);
    }
    return false;
  }
}
