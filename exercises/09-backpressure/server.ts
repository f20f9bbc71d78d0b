/** The loop of chapter 09, and a service whose answers leave through your Sender. */

import { main } from '../../chapters/09-epoll/server.ts';
import { burn } from '../../lib/service/burn.ts';
import { type Carrier, Want } from '../../lib/service/carrier.ts';
import { CHUNK } from '../../lib/service/limits.ts';
import { Output } from '../../lib/service/output.ts';
import { Face, HEADROOM, Session, Step } from '../../lib/service/session.ts';
import { Wakeups } from '../../lib/service/wakeups.ts';
import { EAGAIN, EINTR } from '../../lib/sys/errors.ts';
import { read } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { subject } from '../check/subject.ts';

const { Sender } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Sender');

/** So often a connection may produce before the others have their turn. */
const TURNS = 16;

/** A connection: its session knows what to say next, and its sender when. */
class Connection {
  readonly session = new Session();
  readonly #sender: InstanceType<typeof Sender>;
  /** What the session asked for last. */
  step: Step = Step.Read;
  /** It has something to say. */
  goesOn = false;
  /** A WAIT runs. */
  waiting = false;
  /** How often it may still produce in this turn. */
  #turns = 0;

  constructor(fd: number) {
    this.session.reset(Face.Unknown);
    this.#sender = new Sender(fd, (memory) => this.#produce(memory));
  }

  /** Puts the next part of its answers into a memory. @returns how many bytes; 0 when there is nothing to say for now */
  #produce(memory: Memory): number {
    if (!this.goesOn || this.#turns === 0) return 0;
    this.#turns--;
    const { session } = this;
    const output = new Output(memory.bytes);
    if (this.step === Step.Wait) session.resume(output);
    this.step = session.next(output);
    while (this.step === Step.Burn) {
      session.resume(output, burn(session.amount));
      this.step = session.next(output);
    }
    this.goesOn = this.step === Step.Write;
    return output.length;
  }

  /** Says what it can. @returns whether it waits for room */
  send(): boolean {
    this.#turns = TURNS;
    const full = this.#sender.send();
    this.session.keep();
    return full;
  }

  /** It would have gone on, but others have their turn. */
  get interrupted(): boolean {
    return this.goesOn && this.#turns === 0;
  }
}

/** The connections of the loop. */
class Connections implements Carrier {
  readonly wakeups = new Wakeups();
  readonly #connections = new Map<number, Connection>();
  readonly #input = Memory.allocate(HEADROOM + CHUNK);

  opened(fd: number): Want {
    this.#connections.set(fd, new Connection(fd));
    return Want.Read;
  }

  readable(fd: number): Want {
    const connection = this.#connections.get(fd)!;
    const count = read(fd, this.#input, HEADROOM, CHUNK);
    if (count === -EAGAIN || count === -EINTR) return Want.Read;
    if (count < 0) return this.hangup(fd);
    if (count === 0) connection.session.finish();
    else connection.session.feed(this.#input.bytes, HEADROOM, HEADROOM + count);
    connection.goesOn = true;
    return this.#send(fd, connection) | (count === 0 ? Want.Nothing : Want.Again);
  }

  writable(fd: number): Want {
    const connection = this.#connections.get(fd)!;
    if (connection.waiting) connection.goesOn = true; // its time is over
    connection.waiting = false;
    return this.#send(fd, connection);
  }

  hangup(fd: number): Want {
    this.wakeups.cancel(fd);
    this.#connections.delete(fd);
    return Want.Close;
  }

  // #region send
  #send(fd: number, connection: Connection): Want {
    const full = connection.send();
    if (connection.interrupted) this.wakeups.later(fd, 0);
    if (full) return Want.Write; // who does not read is not read from either
    if (connection.goesOn) return Want.Nothing;
    if (connection.step === Step.Read) return Want.Read;
    if (connection.step === Step.Close) return this.hangup(fd);
    connection.waiting = true;
    this.wakeups.later(fd, connection.session.amount);
    return Want.Nothing;
  }
  // #endregion send
}

await main('09-backpressure', 'serve any number of clients in one thread, with your Sender', new Connections());
