/** The threads of chapter 11 that compute, and the socket behind which they sleep: a job goes there, its result comes back. */

import { MESSAGE } from '../../chapters/11-reactor/message.ts';
import { startBurners } from '../../chapters/11-reactor/pool.ts';
import { check, EAGAIN } from '../../lib/sys/errors.ts';
import { read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';

export class Burners {
  /** How many there are. */
  readonly threads: number;
  /** Readable when there are results to receive(). */
  readonly socket: number;
  readonly #message = Memory.allocate(MESSAGE);
  readonly #words = new Uint32Array(this.#message.bytes.buffer);

  private constructor(threads: number, socket: number) {
    this.threads = threads;
    this.socket = socket;
  }

  static async start(threads: number): Promise<Burners> {
    return new Burners(threads, await startBurners(threads));
  }

  // #region messages
  /**
   * Sends a job to whichever thread is free. While none is, it lies in the socket, where nobody can take it back.
   *
   * @param number of 32 bits, comes back with the result
   * @throws SystemError (EAGAIN) when the socket holds no more
   */
  send(number: number, rounds: number): void {
    this.#words.set([number, rounds]);
    check(write(this.socket, this.#message, 0, MESSAGE), 'write');
  }

  /** Takes a result, without waiting. @returns nothing when none has come */
  receive(): { number: number; result: number } | undefined {
    const count = read(this.socket, this.#message, 0, MESSAGE);
    if (count === -EAGAIN) return undefined;
    check(count, 'read');
    const [number = 0, result = 0] = this.#words;
    return { number, result };
  }
  // #endregion messages
}
