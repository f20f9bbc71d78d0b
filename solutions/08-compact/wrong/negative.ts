/** Makes the descriptor negative, which poll passes over: the entry is there for ever, and the list only grows. @diagnosis gap */

import { PollEntries } from '../../../lib/sys/poll.ts';

export class PollList extends PollEntries {
  readonly #places: (number | undefined)[] = [];

  set(fd: number, events: number): void {
    const place = this.#places[fd] ?? this.length++;
    this.#places[fd] = place;
    this.put(place, fd, events);
  }

  remove(fd: number): void {
    const place = this.#places[fd];
    if (place === undefined) return;
    this.#places[fd] = undefined;
    this.put(place, ~fd, 0);
  }
}
