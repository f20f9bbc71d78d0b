/** A child's place, as the parent sees it: the channel to whoever has it now, and what all who had it have done. */

import { Watch } from '../../lib/program/acceptor.ts';
import { EAGAIN, EINTR } from '../../lib/sys/errors.ts';
import { close, read } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { sendDescriptor } from '../../lib/sys/message.ts';
import { openSocketpair, SOCK_STREAM } from '../../lib/sys/socket.ts';

const byte = Memory.allocate(1);

export class Place {
  readonly slot: number;
  /** The child has said so, and was handed nothing since. */
  free = false;
  connections = 0;
  /** Our end of the channel; -1 for none. */
  #channel = -1;
  #watch: Watch | undefined;
  /** When the connection that the child has was handed over; undefined when it has none. */
  #since: number | undefined;
  /** How long those took that are over. */
  #busy = 0;

  constructor(slot: number) {
    this.slot = slot;
  }

  /** How long its children had connections, in milliseconds, the one at hand included. */
  get busy(): number {
    return this.#busy + (this.#since === undefined ? 0 : performance.now() - this.#since);
  }

  // #region open
  /**
   * Makes a channel, and listens to it.
   *
   * @param freed is called whenever the child has become free
   * @returns the child's end
   * @throws SystemError when there is no descriptor left
   */
  open(freed: () => void): number {
    const [ours, theirs] = openSocketpair(SOCK_STREAM);
    this.#channel = ours;
    this.#watch = new Watch(ours);
    this.#listen(this.#watch, freed);
    return theirs;
  }

  async #listen(watch: Watch, freed: () => void): Promise<void> {
    for (;;) {
      await watch.readable();
      if (!this.#hear()) return;
      if (this.free) freed();
    }
  }
  // #endregion open

  // #region hear
  /** Takes the byte that says that the child is free, if it is there. @returns false when none will come any more */
  #hear(): boolean {
    const count = read(this.#channel, byte, 0, 1);
    if (count === -EAGAIN || count === -EINTR) return true;
    this.free = count === 1;
    if (this.free) this.#done();
    return this.free;
  }
  // #endregion hear

  // #region hand
  /** Hands a connection to the child. @returns false when that has failed, most likely because the child has just ended */
  hand(client: number): boolean {
    this.free = false;
    if (sendDescriptor(this.#channel, client) < 0) return false;
    this.#since = performance.now();
    this.connections++;
    return true;
  }
  // #endregion hand

  // #region close
  /** Clears up after a child that has ended. @returns whether it had a connection, which is lost */
  close(): boolean {
    this.#hear(); // it may have said that it was done, and then ended
    this.#watch?.close();
    close(this.#channel);
    this.#channel = -1;
    this.free = false;
    return this.#done();
  }
  // #endregion close

  /** The connection at hand is over. @returns whether there was one */
  #done(): boolean {
    this.#busy = this.busy;
    const had = this.#since !== undefined;
    this.#since = undefined;
    return had;
  }
}
