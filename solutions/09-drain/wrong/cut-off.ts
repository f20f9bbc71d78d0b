/** Stops after its budget, and waits for an event that will not come. @diagnosis forgets-the-rest */

export const BUDGET = 8;

export class Drain {
  readonly #read: (fd: number) => boolean;

  constructor(read: (fd: number) => boolean) {
    this.#read = read;
  }

  told(fd: number): void {
    for (let reads = 0; reads < BUDGET && this.#read(fd); reads++) {}
  }

  turn(): boolean {
    return false;
  }
}
