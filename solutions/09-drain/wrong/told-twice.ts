/** Queues whoever is told of, also when he stands in the queue: then he has two turns in one. @diagnosis twice */

export const BUDGET = 8;

export class Drain {
  readonly #read: (fd: number) => boolean;
  #queue: number[] = [];

  constructor(read: (fd: number) => boolean) {
    this.#read = read;
  }

  told(fd: number): void {
    this.#queue.push(fd);
  }

  turn(): boolean {
    const queue = this.#queue;
    this.#queue = [];
    for (const fd of queue) {
      let more = true;
      for (let reads = 0; more && reads < BUDGET; reads++) more = this.#read(fd);
      if (more) this.#queue.push(fd);
    }
    return this.#queue.length > 0;
  }
}
