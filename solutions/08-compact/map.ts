/** The same with a map, which has an entry for those only that are in the list. */

import { PollEntries } from '../../lib/sys/poll.ts';

/** Entries 0 … length - 1, one for each descriptor that the loop waits for. */
export class PollList extends PollEntries {
  /** By descriptor: the place of its entry. */
  readonly #places = new Map<number, number>();

  /** Says what is wanted of a descriptor, which gets an entry if it has none. */
  set(fd: number, events: number): void {
    const place = this.#places.get(fd) ?? this.length++;
    this.#places.set(fd, place);
    this.put(place, fd, events);
  }

  /** Takes a descriptor out. There is no gap afterwards, and it takes no longer among many than among few. */
  remove(fd: number): void {
    const place = this.#places.get(fd);
    if (place === undefined) return;
    const last = --this.length;
    const moved = this.fd(last); // fd itself, when it is the last
    this.put(place, moved, this.events(last));
    this.#places.set(moved, place);
    this.#places.delete(fd); // and so this comes last
  }
}
