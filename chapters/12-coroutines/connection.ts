/** Sockets as a task sees them: it waits for them one line after the other. */

import type { Handlers, Reactor } from '../../lib/loop/reactor.ts';
import { CHUNK, LINGER, MAX_LINE } from '../../lib/service/limits.ts';
import type { Output } from '../../lib/service/output.ts';
import { type Pending, Spares } from '../../lib/service/pending.ts';
import { HEADROOM, type Session } from '../../lib/service/session.ts';
import { ACCEPT_PAUSE, exhausted, passing } from '../../lib/sys/accept.ts';
import { check, EAGAIN, EINTR } from '../../lib/sys/errors.ts';
import { read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { accept4, SHUT_WR, SOCK_CLOEXEC, SOCK_NONBLOCK, shutdown } from '../../lib/sys/socket.ts';
import { Cancelled, type Task, TimedOut } from './task.ts';

const NOTHING: Buffer = Buffer.alloc(0);
const LF = 10;
const CR = 13;
/** All connections of a thread read into the same buffer: nobody waits between a read and the end of its use. */
const input = Memory.allocate(HEADROOM + CHUNK);
/** And they write from the same one, for as long as their sockets take it all. */
const spares = new Spares();
let shared = spares.take();

// #region socket
/** A descriptor that a task waits for. */
class Socket {
  protected readonly fd: number;
  protected readonly task: Task;
  readonly #reactor: Reactor;
  readonly #reading: Handlers;
  readonly #writing: Handlers;
  readonly #quiet: Handlers;

  /** @param fd non-blocking */
  constructor(task: Task, fd: number) {
    this.fd = fd;
    this.task = task;
    this.#reactor = task.reactor;
    const hangup = (): void => task.cancel(new Cancelled('the client is gone'));
    // Whoever is told of what the task does not wait for looks away, until it does.
    const tell = (handlers: () => Handlers) => (): void => {
      if (!task.resume(handlers())) this.#reactor.handle(fd, this.#quiet);
    };
    this.#quiet = { hangup };
    this.#reading = { readable: tell(() => this.#reading), hangup };
    this.#writing = { writable: tell(() => this.#writing), hangup };
    this.#reactor.handle(fd, this.#reading);
  }

  /** Waits until there is something to read, or the end. */
  readable(): Promise<void> {
    this.#reactor.handle(this.fd, this.#reading);
    return this.task.suspend(this.#reading);
  }

  /** Waits until there is room to write. */
  writable(): Promise<void> {
    this.#reactor.handle(this.fd, this.#writing);
    return this.task.suspend(this.#writing);
  }

  close(): void {
    this.#reactor.close(this.fd);
  }
}
// #endregion socket

/** A socket that listens. */
export class Listener extends Socket {
  /** Waits for the next connection. @returns its descriptor, non-blocking */
  async accept(): Promise<number> {
    for (;;) {
      await this.readable();
      const fd = accept4(this.fd, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd >= 0) return fd;
      if (exhausted(fd)) await this.task.sleep(ACCEPT_PAUSE);
      else if (fd !== -EAGAIN && !passing(fd)) check(fd, 'accept4');
    }
  }
}

/** A client. */
export class Connection extends Socket {
  /** Answers that the socket has not taken yet. */
  #pending: Pending | undefined;

  /** Where answers are put, until flush(). */
  get output(): Output {
    return (this.#pending ?? shared).output;
  }

  // #region read
  /** After readable(): gives a session what there is, or its end. */
  feed(session: Session): void {
    const count = this.#read();
    if (count > 0) session.feed(input.bytes, HEADROOM, HEADROOM + count);
    else if (count === 0) session.finish();
  }

  #read(): number {
    const count = read(this.fd, input, HEADROOM, CHUNK);
    if (count >= 0 || count === -EAGAIN || count === -EINTR) return count;
    throw new Cancelled('the client is gone');
  }
  // #endregion read

  // #region flush
  /** Writes the output, however long the reader takes. */
  flush(): Promise<void> | undefined {
    return this.#write() ? undefined : this.#drain();
  }

  async #drain(): Promise<void> {
    this.#pending = shared; // nobody else may write into it now
    shared = spares.take();
    try {
      do await this.writable();
      while (!this.#write());
    } finally {
      spares.give(this.#pending);
      this.#pending = undefined;
    }
  }

  /** Writes what the socket takes. @returns whether that was all */
  #write(): boolean {
    const { memory, output } = this.#pending ?? shared;
    if (output.length === 0) return true;
    const count = write(this.fd, memory, output.start, output.length);
    if (count >= 0) output.wrote(count);
    else if (count !== -EAGAIN && count !== -EINTR) {
      output.clear(); // nobody will read it, and nobody else may
      throw new Cancelled('the client is gone');
    }
    return output.length === 0;
  }
  // #endregion flush

  // #region lines
  /** What has come of lines that nobody has taken. */
  #unread = NOTHING;

  /**
   * Waits for a line, without its ending.
   *
   * @returns nothing at the end of the connection
   * @throws Cancelled when it is longer than MAX_LINE
   */
  async readLine(): Promise<string | undefined> {
    for (;;) {
      const newline = this.#unread.indexOf(LF);
      const length = newline < 0 ? this.#unread.length : newline;
      const end = this.#unread[length - 1] === CR ? length - 1 : length;
      if (end > MAX_LINE) throw new Cancelled('the line is too long');
      if (newline >= 0) {
        const line = this.#unread.toString('utf8', 0, end);
        this.#unread = this.#unread.subarray(newline + 1);
        return line;
      }
      await this.readable();
      const count = this.#read();
      if (count === 0) return undefined;
      if (count > 0) this.#unread = Buffer.concat([this.#unread, input.bytes.subarray(HEADROOM, HEADROOM + count)]);
    }
  }

  /** Says a line, and waits until the socket has taken it. @param line of less than MAX_LINE characters */
  async say(line: string): Promise<void> {
    this.output.put(Buffer.from(`${line}\n`));
    await this.flush();
  }
  // #endregion lines

  // #region finish
  /**
   * Lets the last answer arrive: ends our side, and reads until the client has ended its own, or LINGER is over. It
   * wants no other timeout around it, which it would take for its own.
   */
  async finish(): Promise<void> {
    shutdown(this.fd, SHUT_WR);
    try {
      await this.task.withTimeout(LINGER, async () => {
        do await this.readable();
        while (this.#read() !== 0);
      });
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
    }
  }
  // #endregion finish
}
