/** Connections by completions: nothing is asked for when it is ready, all is asked for beforehand and then told of. */

import { burn } from '../../lib/service/burn.ts';
import { CHUNK, LINGER } from '../../lib/service/limits.ts';
import { Output } from '../../lib/service/output.ts';
import { type Pending, Spares } from '../../lib/service/pending.ts';
import { Face, HEADROOM, MIN_OUTPUT, Session, Step } from '../../lib/service/session.ts';
import { EAGAIN, ECANCELED, EINTR, ENOBUFS, ENOMEM } from '../../lib/sys/errors.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { POLLERR, POLLHUP, POLLOUT } from '../../lib/sys/poll.ts';
import { BufferRing, operation, type Ring } from '../../lib/sys/ring.ts';
import { SHUT_WR } from '../../lib/sys/socket.ts';
import * as io from '../../lib/sys/uring.ts';

/** What a completion is of. Each kind is asked for once at a time for each connection, so that it can be named to cancel it. */
export const Kind = {
  /** Bytes have come, or their end; goes on for as long as the connection is read from. */
  Receive: 0,
  /** An answer was not sent whole at once. One that was leaves no completion. */
  Refused: 1,
  /** A long answer was sent, or part of it. */
  Sent: 2,
  /** A WAIT is over, or the time to linger. */
  Time: 3,
  /** The socket has room again, or the client is gone. */
  Watched: 4,
  /** A request that nobody asks after failed: there was nothing to cancel. */
  Forgotten: 5,
  /** From here on they are of no connection: one was accepted … */
  Own: 6,
  Accepted: 6,
  /** … the rest is over that follows when there are no descriptors … */
  Rested: 7,
  /** … another ring has something to tell. */
  Rung: 8,
} as const;

/** What the kernel has under way for a connection, as bits; and what we have decided. */
const RECEIVING = 1;
const SENDING = 2;
const TIMING = 4;
const WATCHING = 8;
/** The receiving was cancelled, which is still to be told. */
const CANCELLED = 16;
/** It is closed as soon as nothing is under way. */
const CLOSING = 32;
const CLOSED = 64;
/** The socket takes no more until it is told to have room. */
const FULL = 128;
const UNDER_WAY = RECEIVING | SENDING | TIMING | WATCHING;
/** The session cannot go on. */
const BUSY = SENDING | TIMING | FULL;

/** The buffers that are lent to the kernel, and what a client sends at once that fits into one. */
const GROUP = 0;
const SIZE = 2048;
/** So much is answered in the arena for one connection before it gets memory of its own. */
const WINDOW = 16_384;
/** Of a slot's last answer: the turn in which it was sent, and which part of the arena it was. */
const [TURN, START, LENGTH] = [0, 1, 2];
/** The answers of one turn. */
const ARENA = 4 * CHUNK;

/** Now or never: the bytes are free when io_uring_enter returns, and no thread of the kernel's waits with them. */
const MSG_DONTWAIT = 0x40;
/** A part is a failure. */
const MSG_WAITALL = 0x100;
const MSG_NOSIGNAL = 0x4000;
const WHOLE = MSG_DONTWAIT | MSG_WAITALL | MSG_NOSIGNAL;
const PART = MSG_DONTWAIT | MSG_NOSIGNAL;

/** A connection with something under way. */
class Connection {
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
  /** … or of those who go on in the next turn. */
  queued = false;
  lingering = false;
}

/** Answers of several connections, one after another; each is given a part. */
class Arena extends Output {
  readonly memory: Memory;
  limit = 0;

  constructor() {
    const memory = Memory.allocate(ARENA);
    super(memory.bytes);
    this.memory = memory;
  }

  override get room(): number {
    return this.limit - this.end;
  }

  /** Begins an answer behind those that are there. */
  open(): void {
    this.start = this.end;
    this.limit = Math.min(this.start + WINDOW, ARENA);
  }
}

/** The connections of one ring. A slot is a descriptor, or a place in the ring's table of files. */
export class Connections {
  /** How many there are. */
  count = 0;
  readonly #ring: Ring;
  readonly #buffers: BufferRing;
  /** Flags of every request on a slot. */
  readonly #file: number;
  readonly #receive: number;
  readonly #send: number;
  readonly #sendPart: number;
  readonly #shutdown: number;
  readonly #close: number;
  readonly #poll: number;

  /** By slot: those with something under way, the face of the others, what the kernel does for each. */
  readonly #connections: (Connection | undefined)[] = [];
  #faces = new Uint8Array(0);
  #states = new Uint8Array(0);
  /** By slot, four words for each: its last answer. */
  #sends = new Int32Array(0);

  #spare = new Connection();
  readonly #spares = new Spares();
  /** Holds bytes that were held, with room in front of them. */
  readonly #input = Memory.allocate(HEADROOM + CHUNK);
  #turn = 1;
  /** The answers of this turn, and those that were submitted last. */
  #arena = new Arena();
  #previous = new Arena();
  /** Whose answer is the last request, and the ring's tail since: it can be made longer. */
  #last = -1;
  #lastTail = 0;
  /** Those who go on when all completions have been heard, in the next turn, and those who compute, one in each turn. */
  #now: Connection[] = [];
  #next: Connection[] = [];
  /** Slots for which requests must be made anew: in this turn, in the next one. */
  #renew: number[] = [];
  #renewNext: number[] = [];
  readonly #burners: Connection[] = [];

  /**
   * @param direct whether slots are places in the ring's table
   * @param buffers how many are lent to the kernel
   */
  constructor(ring: Ring, direct: boolean, buffers: number) {
    this.#ring = ring;
    this.#buffers = new BufferRing(ring, GROUP, buffers, SIZE);
    const file = direct ? io.IOSQE_FIXED_FILE : 0;
    const skip = file | io.IOSQE_CQE_SKIP_SUCCESS;
    this.#file = file;
    this.#receive = operation(io.IORING_OP_RECV, file | io.IOSQE_BUFFER_SELECT, io.IORING_RECV_MULTISHOT);
    this.#send = operation(io.IORING_OP_SEND, skip);
    this.#sendPart = operation(io.IORING_OP_SEND, file);
    this.#shutdown = operation(io.IORING_OP_SHUTDOWN, skip);
    this.#close = operation(io.IORING_OP_CLOSE, io.IOSQE_CQE_SKIP_SUCCESS);
    this.#poll = operation(io.IORING_OP_POLL_ADD, file);
  }

  /** A connection was accepted. */
  opened(slot: number): void {
    this.count++;
    if (slot >= this.#faces.length) this.#grow(slot);
    this.#faces[slot] = Face.Unknown;
    this.#states[slot] = 0;
    this.#sends[4 * slot + TURN] = this.#turn - 1;
    this.#listen(slot);
  }

  #grow(slot: number): void {
    const length = Math.max(1024, slot + 1, 2 * this.#faces.length);
    const grown = <A extends Uint8Array | Int32Array>(array: A, larger: A): A => {
      larger.set(array);
      return larger;
    };
    this.#faces = grown(this.#faces, new Uint8Array(length));
    this.#states = grown(this.#states, new Uint8Array(length));
    this.#sends = grown(this.#sends, new Int32Array(4 * length));
    while (this.#connections.length < length) this.#connections.push(undefined);
  }

  /** Everything has been submitted, so its answers are sent, or will be told of: begins a new turn. */
  begin(): void {
    const arena = this.#previous;
    this.#previous = this.#arena;
    this.#arena = arena;
    arena.clear();
    this.#turn = (this.#turn + 1) | 0;
    this.#last = -1;
    if (this.#now.length + this.#next.length > 0) [this.#now, this.#next] = [this.#next, []];
    if (this.#renew.length + this.#renewNext.length > 0) [this.#renew, this.#renewNext] = [this.#renewNext, []];
  }

  /** The next completion of the ring, which is none of the server's own. */
  told(kind: number, slot: number, result: number, flags: number): void {
    switch (kind) {
      case Kind.Receive:
        this.#received(slot, result, flags);
        break;
      case Kind.Refused:
        this.#refused(slot, result);
        break;
      case Kind.Sent:
        this.#sent(slot, result);
        break;
      case Kind.Time:
        this.#timed(slot);
        break;
      case Kind.Watched:
        this.#watched(slot, result, flags);
        break;
    }
  }

  /** Does what no completion tells of. @returns whether there is more of it, so that the loop must not sleep */
  finish(): boolean {
    for (const slot of this.#renew) this.#attend(slot);
    for (const connection of this.#now) {
      connection.queued = false;
      if (this.#holds(connection)) this.#run(connection);
    }
    const burner = this.#burners.shift();
    if (burner !== undefined) {
      burner.burning = false;
      if (this.#holds(burner)) {
        burner.result = burn(burner.session.amount);
        burner.ready = true;
        this.#run(burner);
      }
    }
    this.#buffers.given();
    return this.#next.length + this.#renewNext.length > 0 || this.#burners.length > 0;
  }

  /** Whether a connection is still that of its slot. */
  #holds(connection: Connection): boolean {
    return this.#connections[connection.slot] === connection && (this.#states[connection.slot]! & CLOSING) === 0;
  }

  // #region received
  #received(slot: number, result: number, flags: number): void {
    const last = (flags & io.IORING_CQE_F_MORE) === 0;
    if (last) this.#states[slot]! &= ~(RECEIVING | CANCELLED);
    if (flags & io.IORING_CQE_F_BUFFER) {
      const id = flags >>> io.IORING_CQE_BUFFER_SHIFT;
      if ((this.#states[slot]! & CLOSING) === 0) this.#bytes(slot, this.#buffers.start(id), result);
      this.#buffers.give(id);
    }
    if (last) this.#stopped(slot, result);
  }

  /** Bytes have come, in the memory of the buffers. */
  #bytes(slot: number, start: number, length: number): void {
    const connection = this.#connections[slot];
    const { bytes } = this.#buffers.memory;
    if (connection === undefined) {
      const spare = this.#take(slot);
      spare.session.feed(bytes, start, start + length);
      this.#run(spare);
    } else if (!connection.lingering) {
      connection.held.push(Buffer.from(bytes.subarray(start, start + length)));
      if (this.#asks(connection)) this.#run(connection);
      else this.#silence(slot);
    }
  }
  // #endregion received

  /** Whether a connection waits for nothing but bytes. */
  #asks({ slot, reading }: Connection): boolean {
    return reading && (this.#states[slot]! & BUSY) === 0;
  }

  /** The kernel does not receive for this slot any more. @param result of the last completion */
  #stopped(slot: number, result: number): void {
    const connection = this.#connections[slot];
    if (this.#states[slot]! & CLOSING) this.#settle(slot);
    else if (result === 0) {
      // The client has ended its side.
      if (connection?.lingering) {
        this.#end(slot);
        return;
      }
      const ending = connection ?? this.#take(slot);
      ending.ended = true;
      if (connection === undefined || this.#asks(ending)) this.#run(ending);
      else this.#watch(slot);
    } else if (result < 0 && !passing(result)) this.#end(slot);
    else this.#renewNext.push(slot); // by then there are buffers again
  }

  /** Makes the requests that a connection needs, and that are not under way: to receive, or at least to watch. */
  #attend(slot: number): void {
    const connection = this.#connections[slot];
    const state = this.#states[slot]!;
    if (state & CLOSING) return;
    if (connection === undefined || connection.lingering || this.#asks(connection)) this.#listen(slot);
    else if (state & FULL || (state & RECEIVING) === 0) this.#watch(slot);
  }

  // #region run
  /** Carries out what the session asks for. */
  #run(connection: Connection): void {
    const { slot, session } = connection;
    if (connection.queued || this.#states[slot]! & (SENDING | FULL)) return;
    if (connection.pending !== null) {
      this.#sendPending(connection); // though a WAIT may be under way: it was answered before
      return;
    }
    if (connection.burning || this.#states[slot]! & TIMING) return;
    connection.reading = false;
    if (!this.#open(slot)) {
      this.#later(connection);
      return;
    }
    const arena = this.#arena;
    if (connection.ready) {
      connection.ready = false;
      session.resume(arena, connection.result);
    }
    for (;;) {
      switch (session.next(arena)) {
        case Step.Read:
          if (this.#feed(connection)) break;
          this.#flush(slot);
          if (session.idle) {
            this.#release(connection);
            return;
          }
          connection.reading = true;
          this.#park(connection);
          this.#listen(slot);
          return;
        case Step.Write:
          this.#sendApart(connection);
          return;
        case Step.Wait:
          this.#flush(slot);
          this.#states[slot]! |= TIMING;
          this.#ring.timeout(session.amount, slot, Kind.Time);
          this.#park(connection);
          return;
        case Step.Burn:
          this.#flush(slot);
          connection.burning = true;
          this.#burners.push(connection);
          this.#park(connection);
          return;
        case Step.Close:
          if (arena.length > 0) {
            this.#sendApart(connection);
            return;
          }
          if (this.#sends[4 * slot + TURN] === this.#turn) {
            this.#later(connection); // when it is known whether its answer was refused
            return;
          }
          this.#park(connection);
          if (session.ended) this.#end(slot);
          else this.#linger(connection);
          return;
      }
    }
  }
  // #endregion run

  /** Gives the session the next bytes that were held, or their end. @returns whether there were any */
  #feed(connection: Connection): boolean {
    const { session, held } = connection;
    const bytes = held.shift();
    if (bytes !== undefined) {
      this.#input.bytes.set(bytes, HEADROOM);
      session.feed(this.#input.bytes, HEADROOM, HEADROOM + bytes.length);
      return true;
    }
    if (!connection.ended || session.ended) return false;
    session.finish();
    return true;
  }

  // #region send
  /**
   * Begins an answer in the arena. Of one connection only one is sent in a turn: were the first refused in part, the
   * second would be sent all the same, and before the rest of the first.
   *
   * @returns false when that must wait for the next turn
   */
  #open(slot: number): boolean {
    const arena = this.#arena;
    if (arena.end + MIN_OUTPUT > ARENA) return false;
    if (
      this.#sends[4 * slot + TURN] === this.#turn &&
      !(this.#extends(slot) && this.#sends[4 * slot + LENGTH]! < CHUNK - WINDOW)
    ) {
      return false;
    }
    arena.open();
    return true;
  }

  /** Whether the last request is an answer to this slot: then the next one can be part of it. */
  #extends(slot: number): boolean {
    return this.#last === slot && this.#lastTail === this.#ring.tail && this.#ring.queued > 0;
  }

  /** Has the answer in the arena sent; nothing is told of it unless that cannot be done at once. */
  #flush(slot: number): void {
    const arena = this.#arena;
    const { length, start } = arena;
    if (length === 0) return;
    if (this.#sends[4 * slot + TURN] === this.#turn) {
      this.#sends[4 * slot + LENGTH]! += length;
      this.#ring.lengthen(length);
      return;
    }
    this.#sends[4 * slot + TURN] = this.#turn;
    this.#sends[4 * slot + START] = start;
    this.#sends[4 * slot + LENGTH] = length;
    this.#ring.prepare(this.#send, slot, arena.memory.address + start, length, WHOLE, slot, Kind.Refused);
    this.#last = slot;
    this.#lastTail = this.#ring.tail;
  }
  // #endregion send

  /** Takes a long answer out of the arena, fills what is left of a chunk, and sends it: see #sent(). */
  #sendApart(connection: Connection): void {
    const { slot } = connection;
    const arena = this.#arena;
    let from = arena.start;
    if (this.#sends[4 * slot + TURN] === this.#turn) {
      from = this.#sends[4 * slot + START]!; // it has not been submitted: see #open()
      this.#sends[4 * slot + TURN] = this.#turn - 1;
      this.#ring.retract();
      this.#last = -1;
    }
    const pending = this.#spares.take();
    pending.output.putRange(arena.bytes, from, arena.end);
    arena.end = from;
    connection.session.next(pending.output); // it will say again what it wants
    connection.pending = pending;
    this.#park(connection);
    this.#sendPending(connection);
  }

  #sendPending({ slot, pending }: Connection): void {
    const { memory, output } = pending!;
    this.#states[slot]! |= SENDING;
    const address = memory.at(output.start, output.length);
    this.#ring.prepare(this.#sendPart, slot, address, output.length, PART, slot, Kind.Sent);
  }

  // #region sent
  /** A part of a long answer was sent, or all of it; or nothing, for want of room. */
  #sent(slot: number, result: number): void {
    if (this.#over(slot, SENDING)) return;
    const connection = this.#connections[slot]!;
    const { output } = connection.pending!;
    if (result < 0 && result !== -EAGAIN) {
      this.#end(slot);
      return;
    }
    output.wrote(Math.max(result, 0));
    if (output.length > 0) this.#full(slot);
    else {
      this.#recycle(connection);
      this.#goOn(connection);
    }
  }

  /** A short answer was not sent whole: what is left of it goes the way of the long ones. */
  #refused(slot: number, result: number): void {
    if (this.#states[slot]! & CLOSING) return;
    if (result < 0 && result !== -EAGAIN) {
      this.#end(slot);
      return;
    }
    const arena = this.#sends[4 * slot + TURN] === this.#turn ? this.#arena : this.#previous;
    let connection = this.#connections[slot];
    if (connection === undefined) {
      connection = this.#take(slot);
      connection.reading = true;
      this.#park(connection);
    }
    const start = this.#sends[4 * slot + START]!;
    connection.pending = this.#spares.take();
    connection.pending.output.putRange(
      arena.bytes,
      start + Math.max(result, 0),
      start + this.#sends[4 * slot + LENGTH]!,
    );
    this.#full(slot);
  }

  /** Sends when there is room. A request to send could wait for that itself; why it must not, the text says. */
  #full(slot: number): void {
    this.#states[slot]! |= FULL;
    this.#watch(slot);
  }
  // #endregion sent

  #recycle(connection: Connection): void {
    const { pending } = connection;
    if (pending === null) return;
    connection.pending = null;
    this.#spares.give(pending);
  }

  #timed(slot: number): void {
    if (this.#over(slot, TIMING)) return;
    const connection = this.#connections[slot]!;
    if (connection.lingering) {
      this.#end(slot);
      return;
    }
    connection.ready = true;
    this.#goOn(connection);
  }

  /** Something that was under way is over. @returns whether that was all that its closing waited for, or part of it */
  #over(slot: number, what: number): boolean {
    this.#states[slot]! &= ~what;
    if ((this.#states[slot]! & CLOSING) === 0) return false;
    this.#settle(slot);
    return true;
  }

  /**
   * Receives, unless that is under way already. Of an answer that was refused we must hear before we hear of more bytes,
   * so a connection that has an answer in this turn must wait for the next one.
   */
  #listen(slot: number): void {
    if (this.#states[slot]! & (RECEIVING | CLOSING)) return;
    if (this.#sends[4 * slot + TURN] === this.#turn) {
      this.#renewNext.push(slot);
      return;
    }
    this.#states[slot]! |= RECEIVING;
    this.#ring.prepare(this.#receive, slot, 0, 0, 0, slot, Kind.Receive, GROUP);
  }

  /** Receives no more for now: the connection is busy with what it has, and holds what it was told meanwhile. */
  #silence(slot: number): void {
    const state = this.#states[slot]!;
    if ((state & (RECEIVING | CANCELLED)) !== RECEIVING) return;
    this.#states[slot] = state | CANCELLED;
    this.#ring.cancel(slot, Kind.Receive, Kind.Forgotten);
  }

  // #region watch
  /**
   * Watches for room in the socket, and for a reset while nothing is received. It goes on for as long as the connection,
   * and tells of changes, as an edge-triggered epoll does: once the client has ended its side, a watch that tells how
   * things are would tell of that again and again.
   */
  #watch(slot: number): void {
    if (this.#states[slot]! & WATCHING) return;
    this.#states[slot]! |= WATCHING;
    this.#ring.prepare(this.#poll, slot, 0, io.IORING_POLL_ADD_MULTI, POLLOUT, slot, Kind.Watched);
  }

  #watched(slot: number, result: number, flags: number): void {
    const last = (flags & io.IORING_CQE_F_MORE) === 0;
    if (last && this.#over(slot, WATCHING)) return;
    const state = this.#states[slot]!;
    if (state & CLOSING) return;
    if (result >= 0 && result & (POLLERR | POLLHUP)) {
      this.#end(slot);
      return;
    }
    if (last) this.#renewNext.push(slot);
    if (result < 0 || (state & FULL) === 0 || (result & POLLOUT) === 0) return;
    this.#states[slot]! &= ~FULL;
    this.#goOn(this.#connections[slot]!);
  }
  // #endregion watch

  /** Lets the last answer arrive: ends our side, then throws away what comes until the client ends its own. */
  #linger(connection: Connection): void {
    const { slot } = connection;
    connection.lingering = true;
    this.#ring.prepare(this.#shutdown, slot, 0, SHUT_WR, 0, slot, Kind.Forgotten);
    this.#states[slot]! |= TIMING;
    this.#ring.timeout(LINGER, slot, Kind.Time);
    this.#listen(slot);
  }

  // #region end
  /** Closes a connection, once the kernel has let go of it: a request holds its socket and its memory until it is over. */
  #end(slot: number): void {
    const state = this.#states[slot]!;
    this.#states[slot] = state | CLOSING;
    this.#silence(slot);
    if (state & TIMING) this.#ring.cancel(slot, Kind.Time, Kind.Forgotten);
    if (state & WATCHING) this.#ring.cancel(slot, Kind.Watched, Kind.Forgotten);
    this.#settle(slot);
  }

  #settle(slot: number): void {
    if (this.#states[slot]! & (UNDER_WAY | CLOSED)) return;
    this.#states[slot]! |= CLOSED;
    const connection = this.#connections[slot];
    if (connection !== undefined) this.#recycle(connection);
    this.#connections[slot] = undefined;
    if (this.#file === 0) this.#ring.prepare(this.#close, slot, 0, 0, 0, slot, Kind.Forgotten);
    else this.#ring.prepare(this.#close, 0, 0, 0, 0, slot, Kind.Forgotten, 0, slot + 1);
    this.count--;
  }
  // #endregion end

  /** Lends the spare object to a slot that has none. */
  #take(slot: number): Connection {
    const connection = this.#spare;
    connection.slot = slot;
    connection.session.reset(this.#faces[slot] as Face);
    return connection;
  }

  /** Keeps a connection's object for as long as something is under way. */
  #park(connection: Connection): void {
    connection.session.keep();
    this.#connections[connection.slot] = connection;
    if (connection === this.#spare) this.#spare = new Connection();
  }

  /** Keeps nothing of a connection but how its client speaks. */
  #release(connection: Connection): void {
    const { slot, session } = connection;
    this.#faces[slot] = session.face;
    if (connection !== this.#spare) this.#connections[slot] = undefined;
    this.#listen(slot);
  }

  /**
   * Goes on with a connection when all completions have been heard. Were it to go on at once, two who stream could have
   * each other's requests submitted for ever, when the queue is full, and nobody else would be heard.
   */
  #goOn(connection: Connection): void {
    if (connection.queued) return;
    connection.queued = true;
    this.#now.push(connection);
  }

  #later(connection: Connection): void {
    connection.queued = true;
    this.#next.push(connection);
    this.#park(connection);
  }
}

/** Whether receiving stopped for a reason that is none of the connection's: no buffer was left, or we said so. */
function passing(result: number): boolean {
  return result === -ENOBUFS || result === -ECANCELED || result === -EINTR || result === -ENOMEM;
}
