/** The non-blocking carrier: connections that never wait, and say what they want instead. */

import { EAGAIN, EINTR } from '../sys/errors.ts';
import { read, write } from '../sys/io.ts';
import { Memory } from '../sys/memory.ts';
import { SHUT_WR, shutdown } from '../sys/socket.ts';
import { burn } from './burn.ts';
import { type Carrier, Want } from './carrier.ts';
import { CHUNK, LINGER } from './limits.ts';
import { type Pending, Spares } from './pending.ts';
import { Face, HEADROOM, Session, Step } from './session.ts';
import { Wakeups, type Waking } from './wakeups.ts';

/** How often one connection may fill the output before the others have their turn. */
const TURNS = 16;

/**
 * Computes for BURN somewhere else, so that this loop goes on.
 *
 * @param rounds as for burn()
 * @param done is told the result, in a later turn of the loop
 * @returns how to give it up: `done` is not called any more
 */
export type Offload = (rounds: number, done: (result: number) => void) => () => void;

/** A connection with something under way. */
class Connection {
  fd = -1;
  readonly session = new Session();
  /** Answers that the socket has not taken yet. */
  pending: Pending | null = null;
  /** A WAIT runs, or somebody else computes for a BURN. */
  waiting = false;
  /** What was computed. */
  result = 0;
  /** Gives up what somebody else computes. */
  giveUp: (() => void) | undefined;
  /** The last answer is on its way, our side is shut; what the client still sends is thrown away. */
  lingering = false;
}

/** The connections of one event loop that speak the service's protocol. */
export class Connections implements Carrier {
  // #region state
  /** By descriptor: the connections that have something under way. Those between two requests have no object. */
  readonly #connections: (Connection | undefined)[] = [];
  /** By descriptor: how the client speaks. All that is kept of a connection between two requests. */
  #faces = new Uint8Array(1024);
  /** Serves whoever sends next; becomes that connection's own if its request cannot be finished at once. */
  #spare = new Connection();
  // #endregion state
  readonly #input = Memory.allocate(HEADROOM + CHUNK);
  readonly #spares = new Spares();
  #pending = this.#spares.take();
  readonly wakeups: Waking;
  readonly #offload: Offload | undefined;
  readonly #bite: number;

  /**
   * @param offload computes for BURN; without it this thread does, and all its connections wait
   * @param wakeups who keeps their times
   * @param bite how many bytes are read at once, CHUNK at most
   */
  constructor(offload?: Offload, wakeups: Waking = new Wakeups(), bite = CHUNK) {
    this.#offload = offload;
    this.wakeups = wakeups;
    this.#bite = bite;
  }

  opened(fd: number): Want {
    if (fd >= this.#faces.length) {
      const faces = new Uint8Array(Math.max(fd + 1, 2 * this.#faces.length));
      faces.set(this.#faces);
      this.#faces = faces;
    }
    // An array that grows from its end stays an array for V8; one that begins at 5,000 becomes a hash table.
    while (this.#connections.length <= fd) this.#connections.push(undefined);
    this.#faces[fd] = Face.Unknown;
    return Want.Read;
  }

  // #region readable
  readable(fd: number): Want {
    const connection = this.#connections[fd] ?? this.#take(fd);
    const input = this.#input;
    const count = read(fd, input, HEADROOM, this.#bite);
    if (count > 0) {
      if (connection.lingering) return Want.Read | Want.Again;
      connection.session.feed(input.bytes, HEADROOM, HEADROOM + count);
      return this.#run(connection) | Want.Again;
    }
    if (count === -EAGAIN) return Want.Read;
    if (count === -EINTR) return Want.Read | Want.Again;
    if (count < 0 || connection.lingering) return this.#forget(fd);
    connection.session.finish();
    return this.#run(connection);
  }
  // #endregion readable

  writable(fd: number): Want {
    const connection = this.#connections[fd];
    if (connection === undefined) return Want.Read;
    if (connection.lingering) return this.#forget(fd); // its time is over
    if (connection.waiting) {
      connection.waiting = false;
      connection.giveUp = undefined;
      connection.session.resume(this.#pending.output, connection.result);
    }
    return this.#run(connection);
  }

  hangup(fd: number): Want {
    return this.#forget(fd);
  }

  // #region run
  /** Carries out what the session asks for, as far as the socket lets it. */
  #run(connection: Connection): Want {
    const { fd, session } = connection;
    for (let turn = 1; ; turn++) {
      const step = session.next((connection.pending ?? this.#pending).output);
      if (!this.#flush(connection)) return this.#forget(fd);
      if (connection.pending !== null) return this.#park(connection, Want.Write);
      // From here on all is written, and the output that all connections share is empty again.
      switch (step) {
        case Step.Read:
          return session.idle ? this.#release(connection) : this.#park(connection, Want.Read);
        case Step.Write:
          if (turn >= TURNS) return this.#park(connection, Want.Write | Want.Again);
          break;
        case Step.Wait:
          connection.waiting = true;
          this.wakeups.later(fd, session.amount);
          return this.#park(connection, Want.Nothing);
        case Step.Burn:
          if (this.#offload !== undefined) return this.#burnElsewhere(connection, this.#offload);
          if (turn > 1) return this.#park(connection, Want.Write | Want.Again); // others first: it takes long
          session.resume(this.#pending.output, burn(session.amount));
          break;
        case Step.Close:
          // Closing a socket with unread bytes in it sends a reset, which can cost the client its answer:
          // end our side, then read what still comes until the client ends its own.
          if (session.ended || shutdown(fd, SHUT_WR) < 0) return this.#forget(fd);
          connection.lingering = true;
          this.wakeups.later(fd, LINGER);
          return this.#park(connection, Want.Read);
      }
    }
  }
  // #endregion run

  // #region offload
  #burnElsewhere(connection: Connection, offload: Offload): Want {
    connection.waiting = true;
    connection.giveUp = offload(connection.session.amount, (result) => {
      connection.result = result;
      this.wakeups.now(connection.fd);
    });
    return this.#park(connection, Want.Nothing);
  }
  // #endregion offload

  /** Writes what waits to be written. What the socket does not take becomes the connection's. @returns false on failure */
  #flush(connection: Connection): boolean {
    const pending = connection.pending ?? this.#pending;
    const { memory, output } = pending;
    if (output.length === 0) return true;
    let count: number;
    do {
      count = write(connection.fd, memory, output.start, output.length);
    } while (count === -EINTR);
    if (count >= 0) output.wrote(count);
    else if (count !== -EAGAIN) return false;
    if (output.length === 0) this.#recycle(connection);
    else if (connection.pending === null) {
      connection.pending = pending;
      this.#pending = this.#spares.take();
    }
    return true;
  }

  /** Takes a connection's memory for answers back, when it has some. */
  #recycle(connection: Connection): void {
    const { pending } = connection;
    if (pending === null) return;
    connection.pending = null;
    this.#spares.give(pending);
  }

  /** Lends the spare connection object to a descriptor that has none. */
  #take(fd: number): Connection {
    const connection = this.#spare;
    connection.fd = fd;
    connection.session.reset(this.#faces[fd] as Face);
    return connection;
  }

  /** Keeps a connection's object for as long as something is under way. */
  #park(connection: Connection, want: Want): Want {
    connection.session.keep();
    this.#connections[connection.fd] = connection;
    if (connection === this.#spare) this.#spare = new Connection();
    return want;
  }

  /** Keeps nothing of a connection but how its client speaks. */
  #release(connection: Connection): Want {
    const { fd, session } = connection;
    this.#faces[fd] = session.face;
    if (connection !== this.#spare) this.#connections[fd] = undefined;
    return Want.Read;
  }

  /** Keeps nothing at all. */
  #forget(fd: number): Want {
    const connection = this.#connections[fd];
    this.wakeups.cancel(fd);
    this.#connections[fd] = undefined;
    if (connection !== undefined) {
      connection.giveUp?.();
      this.#recycle(connection);
    }
    this.#pending.output.clear(); // it may hold an answer that nobody will read, and nobody else may
    return Want.Close;
  }
}
