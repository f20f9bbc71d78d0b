/** Has all who stand behind move up by one. @diagnosis linear */

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
    this.length--;
    for (let i = place; i < this.length; i++) {
      const moved = this.fd(i + 1);
      this.put(i, moved, this.events(i + 1));
      this.#places[moved] = i;
    }
  }
}
