/** Moves the descriptor alone: it inherits the wishes of the one that has gone. @diagnosis events-left */

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
    const last = --this.length;
    if (place === last) return;
    const moved = this.fd(last);
    this.put(place, moved, this.events(place));
    this.#places[moved] = place;
  }
}
