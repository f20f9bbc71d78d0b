/** The service on node:net: what the carriers of the other chapters do with system calls, done with events. */

import type { Socket } from 'node:net';
import { burn } from '../../lib/service/burn.ts';
import { CHUNK, LINGER } from '../../lib/service/limits.ts';
import { Output } from '../../lib/service/output.ts';
import { HEADROOM, Session, Step } from '../../lib/service/session.ts';

// All connections share them, as elsewhere: nobody waits between their filling and their emptying.
const input = Buffer.alloc(HEADROOM + CHUNK);
const output = new Output(Buffer.alloc(CHUNK));

/** One connection: Node tells what happened to it, and it goes on from there. */
export class Conversation {
  readonly #socket: Socket;
  readonly #session = new Session();
  /** A WAIT, or the time that the client has left. */
  #timer: NodeJS.Timeout | undefined;
  /** A callback will come that goes on; until then nothing else may. */
  #busy = false;

  // #region events
  /** @param socket with `allowHalfOpen`, so that what was asked before the end is still answered */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#hear(chunk));
    socket.on('end', () => this.#finish());
    socket.on('drain', () => this.#run());
    socket.on('error', () => socket.destroy()); // a reset is the client's own business
    socket.on('close', () => clearTimeout(this.#timer));
  }

  #hear(chunk: Buffer): void {
    if (this.#socket.writableEnded) return; // we have said goodbye, and only read it to the end
    chunk.copy(input, HEADROOM);
    this.#session.feed(input, HEADROOM, HEADROOM + chunk.length);
    this.#run();
  }

  #finish(): void {
    this.#session.finish();
    this.#run();
  }
  // #endregion events

  // #region run
  /** Goes on as far as it can. Whatever it has to wait for calls it again, and meanwhile it is handed nothing. */
  #run(): void {
    const socket = this.#socket;
    if (this.#busy || socket.destroyed || socket.writableEnded) return;
    const session = this.#session;
    const step = session.next(output);
    session.keep();
    if (step === Step.Read) socket.resume();
    else socket.pause();
    if (!this.#flush()) {
      socket.pause();
      return; // until 'drain'
    }
    switch (step) {
      case Step.Write:
        this.#busy = true;
        setImmediate(() => this.#goOn());
        break;
      case Step.Wait:
        this.#busy = true;
        this.#timer = setTimeout(() => this.#resume(), session.amount);
        break;
      case Step.Burn:
        this.#busy = true;
        setImmediate(() => this.#resume(session.amount));
        break;
      case Step.Close:
        socket.end();
        socket.once('finish', () => this.#linger());
        break;
    }
  }
  // #endregion run

  /** The kernel has taken the last answer: reads what still comes, until the client ends its side or its time is over. */
  #linger(): void {
    const socket = this.#socket;
    socket.resume();
    if (!this.#session.ended) this.#timer = setTimeout(() => socket.destroy(), LINGER);
  }

  /** What the session asked for is done, or about to be: so many rounds of burn(). */
  #resume(rounds = 0): void {
    if (this.#socket.destroyed) return; // the output is for those who are there
    this.#session.resume(output, burn(rounds));
    this.#goOn();
  }

  #goOn(): void {
    this.#busy = false;
    this.#run();
  }

  /** Node keeps what it is given until the kernel takes it, so it gets a copy. @returns whether it wants more */
  #flush(): boolean {
    if (output.length === 0) return true;
    const bytes = Buffer.from(output.bytes.subarray(output.start, output.end));
    output.clear();
    return this.#socket.write(bytes);
  }
}
