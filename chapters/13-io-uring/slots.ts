/** What is kept of each connection, by its slot: a descriptor, or a place in the ring's table of files. */

import { type Pending, Spares } from '../../lib/service/pending.ts';
import { Face, Session } from '../../lib/service/session.ts';

/** What the kernel has under way for a connection, as bits … */
export const RECEIVING = 1;
export const SENDING = 2;
export const TIMING = 4;
export const WATCHING = 8;
export const UNDER_WAY = RECEIVING | SENDING | TIMING | WATCHING;
/** … and what we have decided. The receiving was cancelled, which is still to be told. */
export const CANCELLED = 16;
/** It is closed as soon as nothing is under way. */
export const CLOSING = 32;
export const CLOSED = 64;
/** The socket takes no more until it is told to have room. */
export const FULL = 128;

/** A connection with something under way. */
export class Connection {
  slot = -1;
  readonly session = new Session();
  /** The long answer that is being sent. */
  pending: Pending | null = null;
  /** The session has asked for bytes. */
  reading = false;
  /** What came while it had not, in order. */
  readonly held: Buffer[] = [];
  /** And after that its end. */
  ended = false;
  /** The time or the result that the session waits for is there. */
  ready = false;
  result = 0;
  /** Stands in the queue of those who burn … */
  burning = false;
  /** … or of those who go on in this turn or the next. */
  queued = false;
  /** The last answer has been sent, our side is shut; what the client still sends is thrown away. */
  lingering = false;
}

/** The connections of one ring. Those between two requests have no object: what is kept of them is a face, and a state. */
export class Slots {
  /** How many there are. */
  count = 0;
  readonly connections: (Connection | undefined)[] = [];
  states = new Uint8Array(0);
  /** Memory for long answers. */
  readonly spares = new Spares();
  #faces = new Uint8Array(0);
  /** Serves whoever has sent something; becomes that connection's own if its request cannot be finished at once. */
  #spare = new Connection();

  /** Begins with a connection that was accepted. */
  open(slot: number): void {
    this.count++;
    if (slot >= this.states.length) this.#grow(Math.max(1024, slot + 1, 2 * this.states.length));
    this.#faces[slot] = Face.Unknown;
    this.states[slot] = 0;
  }

  #grow(length: number): void {
    this.states = larger(this.states, new Uint8Array(length));
    this.#faces = larger(this.#faces, new Uint8Array(length));
    // An array that grows from its end stays an array for V8; one that begins at 5,000 becomes a hash table.
    while (this.connections.length < length) this.connections.push(undefined);
  }

  /** Lends the spare object to a slot that has none. */
  take(slot: number): Connection {
    const connection = this.#spare;
    connection.slot = slot;
    connection.session.reset(this.#faces[slot] as Face);
    return connection;
  }

  /** Keeps a connection's object for as long as something is under way. */
  park(connection: Connection): void {
    connection.session.keep();
    this.connections[connection.slot] = connection;
    if (connection === this.#spare) this.#spare = new Connection();
  }

  /** Keeps nothing of a connection but how its client speaks. */
  release(connection: Connection): void {
    const { slot, session } = connection;
    this.#faces[slot] = session.face;
    if (connection !== this.#spare) this.connections[slot] = undefined;
  }

  /** Keeps nothing at all. */
  remove(slot: number): void {
    const connection = this.connections[slot];
    if (connection !== undefined) this.recycle(connection);
    this.connections[slot] = undefined;
    this.count--;
  }

  /** Takes a connection's memory for answers back, when it has some. */
  recycle(connection: Connection): void {
    const { pending } = connection;
    if (pending === null) return;
    connection.pending = null;
    this.spares.give(pending);
  }

  /** Whether a connection is still that of its slot, and goes on. */
  holds(connection: Connection): boolean {
    return this.connections[connection.slot] === connection && (this.states[connection.slot]! & CLOSING) === 0;
  }

  /** Whether a connection waits for nothing but bytes. */
  asks({ slot, reading }: Connection): boolean {
    return reading && (this.states[slot]! & (SENDING | TIMING | FULL)) === 0;
  }
}

/** Copies an array's beginning from a smaller one. */
export function larger<A extends Uint8Array | Int32Array>(small: A, large: A): A {
  large.set(small);
  return large;
}
