/** Moves the last entry, and leaves its index as it was: what is said of it goes to another place. @diagnosis index-left */

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
    this.put(place, this.fd(last), this.events(last));
  }
}
