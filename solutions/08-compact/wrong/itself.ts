/** Moves the last entry even where it is the one that goes, and so writes down its place again. @diagnosis comes-back */

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
    const moved = this.fd(last);
    this.put(place, moved, this.events(last));
    this.#places[moved] = place;
  }
}
