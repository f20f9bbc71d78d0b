/** Timers, one for each descriptor: a binary heap that tells which is due next. */

/** Times are in milliseconds, on whatever clock the caller uses. */
export class Timers {
  /** Descriptors, as a heap: each is due no later than the two at 2i + 1 and 2i + 2. */
  readonly #heap: number[] = [];
  /** By descriptor: when it is due, and where it stands in the heap (-1, or nothing, for nowhere). */
  readonly #due: number[] = [];
  readonly #place: number[] = [];

  /** How many timers run. */
  get size(): number {
    return this.#heap.length;
  }

  /** Sets the timer of a descriptor, instead of the one that it may have. */
  set(fd: number, due: number): void {
    this.clear(fd);
    this.#due[fd] = due;
    this.#place[fd] = this.#heap.push(fd) - 1;
    this.#rise(fd);
  }

  /** Forgets the timer of a descriptor, if it has one. */
  clear(fd: number): void {
    const place = this.#place[fd] ?? -1;
    if (place < 0) return;
    this.#place[fd] = -1;
    const last = this.#heap.pop()!;
    if (last === fd) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  /** When the next timer is due; Infinity when there is none. */
  next(): number {
    return this.#heap.length === 0 ? Number.POSITIVE_INFINITY : this.#due[this.#heap[0]!]!;
  }

  /** Takes out the next timer that is due. @returns its descriptor, or -1 */
  expire(now: number): number {
    if (this.#heap.length === 0 || this.next() > now) return -1;
    const fd = this.#heap[0]!;
    this.clear(fd);
    return fd;
  }

  #put(fd: number, place: number): void {
    this.#heap[place] = fd;
    this.#place[fd] = place;
  }

  #rise(fd: number): void {
    let place = this.#place[fd]!;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above]!;
      if (this.#due[parent]! <= this.#due[fd]!) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(fd, place);
  }

  #sink(fd: number): void {
    const heap = this.#heap;
    let place = this.#place[fd]!;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && this.#due[heap[below + 1]!]! < this.#due[heap[below]!]!) below++;
      const child = heap[below]!;
      if (this.#due[child]! >= this.#due[fd]!) break;
      this.#put(child, place);
      place = below;
    }
    this.#put(fd, place);
  }
}
