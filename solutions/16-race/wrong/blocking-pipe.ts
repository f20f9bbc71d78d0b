/** Makes a pipe whose ends block: who looks whether a byte is in it sleeps until one is. @diagnosis sleeps-in-read */

import { onSignalWrite } from '../../../chapters/16-signals/window.ts';
import { poll } from '../../../exercises/16-race/sleep.ts';
import { check } from '../../../lib/sys/errors.ts';
import { O_CLOEXEC, pipe2, read } from '../../../lib/sys/io.ts';
import { Memory } from '../../../lib/sys/memory.ts';
import { POLLIN, type PollFds } from '../../../lib/sys/poll.ts';

export class Signals {
  readonly #fds: PollFds;
  readonly #reading: number;
  readonly #bytes = Memory.allocate(4096);

  constructor(fds: PollFds) {
    this.#fds = fds;
    check(pipe2(this.#bytes, O_CLOEXEC), 'pipe2');
    this.#reading = this.#bytes.bytes.readInt32LE(0);
    onSignalWrite(this.#bytes.bytes.readInt32LE(4));
    fds.set(this.#reading, POLLIN);
  }

  came(): boolean {
    return read(this.#reading, this.#bytes, 0, 4096) > 0;
  }

  sleep(milliseconds: number): number {
    return poll(this.#fds, milliseconds);
  }
}
