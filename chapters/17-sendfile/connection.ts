/** A connection of the file server: it reads requests, and sends their answers, one after the other. */

import type { Reactor } from '../../lib/loop/reactor.ts';
import { Head, takeHead } from '../../lib/service/head.ts';
import { CHUNK, LINGER } from '../../lib/service/limits.ts';
import { EAGAIN, EINTR } from '../../lib/sys/errors.ts';
import { close, read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { SHUT_WR, shutdown } from '../../lib/sys/socket.ts';
import type { Answer, Site } from './site.ts';
import type { Way } from './ways.ts';

/** So many bytes one connection may send before the others have their turn; and so many answers. */
const TURN = 1_048_576;
const TURNS = 16;
const NOTHING: Buffer = Buffer.alloc(0);
const LF = 10;
const CR = 13;

const input = Memory.allocate(CHUNK);

/** Begins to send a file to a socket. @throws SystemError when there is no descriptor left for it */
export type Begin = (socket: number, file: number) => Way;

/** A part of a file that is being sent. */
interface Sending {
  readonly fd: number;
  readonly way: Way;
  /** The next byte to be sent, and how many are left. */
  offset: number;
  left: number;
}

/** What a step of sending came to. */
const Sent = { All: 0, Full: 1, Failed: 2, Turn: 3 } as const;
type Sent = (typeof Sent)[keyof typeof Sent];

export class Connection {
  readonly #reactor: Reactor;
  readonly #fd: number;
  readonly #site: Site;
  readonly #begin: Begin;
  /** What has come and was not looked at. */
  #unread = NOTHING;
  /** The client has ended its side. */
  #ended = false;
  readonly #head = new Head();
  /** The text of the answer at hand, from #at on still to be sent; then comes the file. */
  #text: Memory | undefined;
  #at = 0;
  #file: Sending | undefined;
  /** The last answer is out, our side is shut; what the client still sends is thrown away. */
  #callOff: (() => void) | undefined;

  /** @param fd was accepted, non-blocking */
  constructor(reactor: Reactor, fd: number, site: Site, begin: Begin) {
    this.#reactor = reactor;
    this.#fd = fd;
    this.#site = site;
    this.#begin = begin;
    this.#listen();
  }

  #listen(): void {
    this.#reactor.handle(this.#fd, { readable: () => this.#readable() });
  }

  #readable(): void {
    const count = read(this.#fd, input, 0, CHUNK);
    if (count === -EAGAIN || count === -EINTR) return;
    if (count < 0 || (count === 0 && this.#callOff !== undefined)) this.#close();
    else if (this.#callOff === undefined) {
      this.#ended = count === 0;
      this.#unread = Buffer.concat([this.#unread, input.bytes.subarray(0, count)]);
      this.#run();
    }
  }

  // #region run
  /** Answers what was asked, as far as the socket takes it. While it takes no more, nothing is read either. */
  #run(): void {
    for (let turn = 0; ; turn++) {
      const sent = this.#send();
      if (sent === Sent.Failed) break;
      if (sent !== Sent.All || turn === TURNS) {
        this.#reactor.handle(this.#fd, { writable: () => this.#run(), hangup: () => this.#close() });
        return;
      }
      if (this.#head.last) {
        this.#linger();
        return;
      }
      if (!this.#takeRequest()) {
        if (this.#ended) break;
        this.#listen();
        return;
      }
    }
    this.#close();
  }
  // #endregion run

  /** Takes a request, if one is complete, and begins its answer. */
  #takeRequest(): boolean {
    const bytes = this.#unread;
    let start = 0; // an empty line before a request is passed over (RFC 9112 §2.2)
    while (start < bytes.length && (bytes[start] === CR || bytes[start] === LF)) start++;
    const end = takeHead(bytes, start, bytes.length, this.#head);
    const taken = Math.max(start, end);
    this.#unread = taken === bytes.length ? NOTHING : bytes.subarray(taken); // an idle connection holds no bytes
    if (end < 0) return false;
    this.#answer(this.#site.answer(this.#head));
    return true;
  }

  #answer({ text, file }: Answer): void {
    const bytes = Buffer.from(text);
    this.#text = Memory.allocate(bytes.length);
    this.#text.bytes.set(bytes);
    this.#at = 0;
    if (file === undefined) return;
    const { fd, from, length } = file;
    try {
      this.#file = { fd, way: this.#begin(this.#fd, fd), offset: from, left: length };
    } catch {
      close(fd);
      this.#answer(this.#site.overcharged(this.#head));
    }
  }

  /** Sends of the answer at hand what the socket takes. */
  #send(): Sent {
    const text = this.#text;
    if (text !== undefined) {
      const count = write(this.#fd, text, this.#at, text.length - this.#at);
      if (count === -EAGAIN || count === -EINTR) return Sent.Full;
      if (count < 0) return Sent.Failed;
      this.#at += count;
      if (this.#at < text.length) return Sent.Full;
      this.#text = undefined;
    }
    return this.#file === undefined ? Sent.All : this.#sendFile(this.#file);
  }

  // #region send
  #sendFile(file: Sending): Sent {
    const end = file.offset + TURN;
    while (file.left > 0) {
      if (file.offset >= end) return Sent.Turn;
      const count = file.way.send(file.offset, file.left);
      if (count === -EAGAIN || count === -EINTR) return Sent.Full;
      // The file has become shorter: the Content-Length that was promised cannot be kept, and whatever came in its place
      // would be taken for the file. Only the end of the connection says that it is not whole.
      if (count <= 0) return Sent.Failed;
      file.offset += count;
      file.left -= count;
    }
    this.#release();
    return Sent.All;
  }
  // #endregion send

  #release(): void {
    if (this.#file === undefined) return;
    this.#file.way.end();
    close(this.#file.fd);
    this.#file = undefined;
  }

  /** Lets the last answer arrive: closing a socket with unread bytes in it sends a reset, which can cost the client its end. */
  #linger(): void {
    if (this.#ended || shutdown(this.#fd, SHUT_WR) < 0) this.#close();
    else {
      this.#unread = NOTHING;
      this.#callOff = this.#reactor.after(LINGER, () => this.#close());
      this.#listen();
    }
  }

  #close(): void {
    this.#callOff?.();
    this.#release();
    this.#reactor.close(this.#fd);
  }
}
