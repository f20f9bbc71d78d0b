/** Accepting in a process's main thread, which must stay in Node's own loop to hear of its children, threads and signals. */

import { setTimeout as sleep } from 'node:timers/promises';
import koffi from 'koffi';
import { ACCEPT_PAUSE, exhausted, passing } from '../sys/accept.ts';
import { EAGAIN, SystemError } from '../sys/errors.ts';
import { accept4, SOCK_CLOEXEC } from '../sys/socket.ts';

/** Waits for a descriptor in Node's loop, which watches it with epoll (uv_poll). */
export class Watch {
  readonly #fd: number;
  #handle: ReturnType<typeof koffi.node.poll> | undefined;
  #closed = false;

  /** @param fd a socket or pipe, which becomes non-blocking; close the watch before it */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Resolves when there is something to read, or the end, or an error; never once it is closed. One wait at a time. */
  readable(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closed) return;
      const ready = (): void => {
        this.#handle?.stop();
        setImmediate(resolve); // on Node 26 promises do not always go on after a callback that is not Node's own
      };
      if (this.#handle === undefined) this.#handle = koffi.node.poll(this.#fd, { readable: true }, ready);
      else this.#handle.start({ readable: true }, ready);
    });
  }

  /** Watches no more, so that the process may end. */
  close(): void {
    this.#closed = true;
    this.#handle?.close();
    this.#handle = undefined;
  }
}

// #region acceptor
/** Accepts connections one by one, without blocking the process: everything else that it does goes on. */
export class Acceptor {
  readonly #listener: number;
  readonly #watch: Watch;

  /** @param listener a non-blocking socket that listens */
  constructor(listener: number) {
    this.#listener = listener;
    this.#watch = new Watch(listener);
  }

  /**
   * Waits for the next connection, through whatever passes by itself.
   *
   * @param flags SOCK_NONBLOCK, for connections that shall not block
   * @returns its descriptor
   * @throws SystemError when the listener itself is done for
   */
  async accept(flags = 0): Promise<number> {
    for (;;) {
      await this.#watch.readable();
      const fd = accept4(this.#listener, SOCK_CLOEXEC | flags);
      if (fd >= 0) return fd;
      if (exhausted(fd)) await sleep(ACCEPT_PAUSE);
      else if (fd !== -EAGAIN && !passing(fd)) throw new SystemError(fd, 'accept4');
    }
  }

  /** Accepts nobody any more; the listener stays open. */
  close(): void {
    this.#watch.close();
  }
}
// #endregion acceptor
