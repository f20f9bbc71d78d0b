/** Short answers: those of a turn stand one after another in one piece of memory, and are sent now or never. */

import { CHUNK } from '../../lib/service/limits.ts';
import { Output } from '../../lib/service/output.ts';
import { MIN_OUTPUT } from '../../lib/service/session.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { operation, type Ring } from '../../lib/sys/ring.ts';
import { MSG_DONTWAIT, MSG_NOSIGNAL, MSG_WAITALL } from '../../lib/sys/socket.ts';
import * as io from '../../lib/sys/uring.ts';
import { Kind } from './kinds.ts';
import { larger } from './slots.ts';

/** The answers of one turn. */
const ARENA = 4 * CHUNK;
/** So much is answered there for one connection before it gets memory of its own. */
const WINDOW = 16_384;
/** Now or never, and whole: a part is a failure. The bytes are free when io_uring_enter returns. */
const WHOLE = MSG_DONTWAIT | MSG_WAITALL | MSG_NOSIGNAL;

/** Of a slot's last answer: the turn in which it was made, and which part of the arena it is. */
const [TURN, START, LENGTH] = [0, 1, 2];

/** Answers of several connections, one after another; each is given a part. */
class Arena extends Output {
  readonly memory: Memory;
  #limit = 0;

  constructor() {
    const memory = Memory.allocate(ARENA);
    super(memory.bytes);
    this.memory = memory;
  }

  override get room(): number {
    return this.#limit - this.end;
  }

  /** Begins an answer behind those that are there. */
  open(): void {
    this.start = this.end;
    this.#limit = Math.min(this.start + WINDOW, ARENA);
  }
}

/** The answers of this turn, and those that were submitted last. */
export class Answers {
  readonly #ring: Ring;
  readonly #send: number;
  #turn = 1;
  #arena = new Arena();
  #previous = new Arena();
  /** By slot, four words for each: its last answer. */
  #sends = new Int32Array(0);
  /** Whose answer is the last request, and the ring's tail since: it can be made longer. */
  #last = -1;
  #lastTail = 0;

  /** @param file flags of every request on a slot */
  constructor(ring: Ring, file: number) {
    this.#ring = ring;
    this.#send = operation(io.IORING_OP_SEND, file | io.IOSQE_CQE_SKIP_SUCCESS);
  }

  /** Begins with a connection that was accepted. */
  opened(slot: number): void {
    if (4 * slot >= this.#sends.length) {
      this.#sends = larger(this.#sends, new Int32Array(Math.max(4096, 4 * slot + 4, 2 * this.#sends.length)));
    }
    this.#sends[4 * slot + TURN] = this.#turn - 1;
  }

  /** Everything has been submitted, so its answers are sent, or will be told of: begins a new turn. */
  begin(): void {
    const arena = this.#previous;
    this.#previous = this.#arena;
    this.#arena = arena;
    arena.clear();
    this.#turn = (this.#turn + 1) | 0;
    this.#last = -1;
  }

  /** Whether a slot has an answer in this turn: nobody knows yet whether it is sent. */
  answered(slot: number): boolean {
    return this.#sends[4 * slot + TURN] === this.#turn;
  }

  // #region send
  /**
   * Begins an answer in the arena. Of one connection only one is sent in a turn: were the first refused in part, the
   * second would be sent all the same, and before the rest of the first.
   *
   * @returns where to write it; undefined when that must wait for the next turn
   */
  open(slot: number): Output | undefined {
    const arena = this.#arena;
    if (arena.end + MIN_OUTPUT > ARENA || (this.answered(slot) && !this.#extends(slot))) return undefined;
    arena.open();
    return arena;
  }

  /** Whether the last request of all is an answer to this slot, and a short one: then the next can be part of it. */
  #extends(slot: number): boolean {
    const last = this.#last === slot && this.#lastTail === this.#ring.tail && this.#ring.queued > 0;
    return last && this.#sends[4 * slot + LENGTH]! < CHUNK - WINDOW;
  }

  /** Has the answer in the arena sent; nothing is told of it unless that cannot be done at once. */
  flush(slot: number): void {
    const { length, start, memory } = this.#arena;
    if (length === 0) return;
    const at = 4 * slot;
    if (this.#sends[at + TURN] === this.#turn) {
      this.#sends[at + LENGTH]! += length;
      this.#ring.lengthen(length);
      return;
    }
    this.#sends[at + TURN] = this.#turn;
    this.#sends[at + START] = start;
    this.#sends[at + LENGTH] = length;
    this.#ring.prepare(this.#send, slot, memory.address + start, length, WHOLE, slot, Kind.Refused);
    this.#last = slot;
    this.#lastTail = this.#ring.tail;
  }
  // #endregion send

  /** Moves an answer that grows long out of the arena, with what stands before it of this slot. */
  move(slot: number, output: Output): void {
    const arena = this.#arena;
    let from = arena.start;
    if (this.answered(slot)) {
      from = this.#sends[4 * slot + START]!; // it has not been submitted: see open()
      this.#sends[4 * slot + TURN] = this.#turn - 1;
      this.#ring.retract();
      this.#last = -1;
    }
    output.putRange(arena.bytes, from, arena.end);
    arena.end = from;
  }

  /** Copies what was refused of a slot's answer. @param sent how many bytes were taken */
  rest(slot: number, sent: number, output: Output): void {
    const arena = this.answered(slot) ? this.#arena : this.#previous;
    const start = this.#sends[4 * slot + START]!;
    output.putRange(arena.bytes, start + sent, start + this.#sends[4 * slot + LENGTH]!);
  }
}
