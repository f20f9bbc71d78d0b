/** The list that poll(2) is handed: when somebody goes, the last one moves to the place that is free. */

import { PollEntries } from '../../lib/sys/poll.ts';

/** Entries 0 … length - 1, one for each descriptor that the loop waits for. */
export class PollList extends PollEntries {
  /** By descriptor: the place of its entry; undefined where it has none. */
  readonly #places: (number | undefined)[] = [];

  /** Says what is wanted of a descriptor, which gets an entry if it has none. */
  set(fd: number, events: number): void {
    const place = this.#places[fd] ?? this.length++;
    this.#places[fd] = place;
    this.put(place, fd, events);
  }

  /** Takes a descriptor out. There is no gap afterwards, and it takes no longer among many than among few. */
  remove(fd: number): void {
    const place = this.#places[fd];
    if (place === undefined) return;
    this.#places[fd] = undefined;
    const last = --this.length;
    if (place === last) return; // nobody has to move
    const moved = this.fd(last);
    this.put(place, moved, this.events(last)); // what it wanted goes with it
    this.#places[moved] = place;
  }
}
