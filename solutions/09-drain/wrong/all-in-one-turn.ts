/** Is fair to those whom it knows, and asks for nobody else before all of them are done. @diagnosis no-return */

export const BUDGET = 8;

export class Drain {
  readonly #read: (fd: number) => boolean;
  readonly #queue: number[] = [];

  constructor(read: (fd: number) => boolean) {
    this.#read = read;
  }

  told(fd: number): void {
    this.#queue.push(fd);
  }

  turn(): boolean {
    for (let fd = this.#queue.shift(); fd !== undefined; fd = this.#queue.shift()) {
      let more = true;
      for (let reads = 0; more && reads < BUDGET; reads++) more = this.#read(fd);
      if (more) this.#queue.push(fd);
    }
    return false;
  }
}
