/** The service as a pure state machine: bytes in, steps out; it knows no sockets, no timers and no clock. */

import { Command, Kind, LINE, PATH, parseCommand, UNKNOWN } from './commands.ts';
import { MAX_HEAD } from './head.ts';
import { HttpRequest, isHttp, putHead, takeRequest } from './http.ts';
import { MAX_LINE, TOO_LONG } from './limits.ts';
import type { Output } from './output.ts';

/** What a session asks of the carrier, once it has written to the output what it can. */
export const Step = {
  /** Give me bytes with feed(), or finish() when none will come. */
  Read: 0,
  /** The output is full: write it to the socket, then call next() again. */
  Write: 1,
  /** Write the output, let `amount` milliseconds pass, then call resume(). */
  Wait: 2,
  /** Write the output, do `amount` rounds of burn(), then call resume() with the result. */
  Burn: 3,
  /** Write the output and close the connection. */
  Close: 4,
} as const;
export type Step = (typeof Step)[keyof typeof Step];

/** How the client speaks, told by its first line. */
export const Face = { Unknown: 0, Line: 1, Http: 2 } as const;
export type Face = (typeof Face)[keyof typeof Face];

/** So many bytes must be free in front of those that are given to feed(). */
export const HEADROOM = MAX_HEAD + 2;

/** Room in the output for the largest answer but STREAM's: an ECHO of a whole line, under HTTP. */
const ANSWER_ROOM = MAX_LINE + 1024;

/** An output holds at least so many bytes, so that every answer finds room in an empty one. */
export const MIN_OUTPUT = 2 * ANSWER_ROOM;

const State = { Ready: 0, Waiting: 1, Burning: 2, Streaming: 3, Closing: 4 } as const;
type State = (typeof State)[keyof typeof State];

const NOTHING: Buffer = Buffer.alloc(0);
const LF = 10;
const CR = 13;
const LETTER_A = 0x41;
const PONG = Buffer.from('PONG\n');
const DONE = Buffer.from('DONE\n');

/** One connection's conversation. Feed it bytes, take steps from it; between two requests it can serve another. */
export class Session {
  /** What the step at hand takes: milliseconds of a Wait, rounds of a Burn. */
  amount = 0;

  #face: Face = Face.Unknown;
  #state: State = State.Ready;
  /** No more bytes will come. */
  #ended = false;
  /** The bytes not yet looked at: #at … #end of #bytes, which belong to the caller of feed() until keep(). */
  #bytes = NOTHING;
  #at = 0;
  #end = 0;
  /** They are this session's own. */
  #kept = true;
  readonly #command = new Command();
  /** Of the answer at hand: the HTTP request that it answers. */
  readonly #request = new HttpRequest();

  /** How the client speaks; a session that is used again goes on with it. */
  get face(): Face {
    return this.#face;
  }

  /** Whether nothing is under way, so that the face is all there is to remember of the connection. */
  get idle(): boolean {
    return this.#at === this.#end && this.#state === State.Ready && !this.#ended;
  }

  /** Whether finish() was called. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Begins a conversation anew, or takes up one that was idle. */
  reset(face: Face): void {
    this.#face = face;
    this.#state = State.Ready;
    this.#ended = false;
    this.#bytes = NOTHING;
    this.#at = 0;
    this.#end = 0;
    this.#kept = true;
  }

  // #region feed
  /**
   * Gives the session bytes `start` … `end`, after a Step.Read. It looks at them where they are: until the next Step.Read
   * or keep() they must stay. What is left of an incomplete request is put in front of them, so that every request
   * stands in one piece.
   *
   * @param start at least HEADROOM
   */
  feed(bytes: Buffer, start: number, end: number): void {
    const left = this.#end - this.#at;
    if (left > 0) this.#bytes.copy(bytes, start - left, this.#at, this.#end);
    this.#bytes = bytes;
    this.#at = start - left;
    this.#end = end;
    this.#kept = false;
  }
  // #endregion feed

  /** Copies what has not been looked at out of the caller's buffer, which is free again. */
  keep(): void {
    if (this.#kept) return;
    const left = this.#end - this.#at;
    this.#bytes = left === 0 ? NOTHING : Buffer.from(this.#bytes.subarray(this.#at, this.#end));
    this.#at = 0;
    this.#end = left;
    this.#kept = true;
  }

  /** Says that no more bytes will come: the client has closed its side. What it asked before is still answered. */
  finish(): void {
    this.#ended = true;
  }

  /**
   * Goes on as far as it can, writing answers to the output.
   *
   * @param output of MIN_OUTPUT bytes or more
   * @returns what it needs to go on
   */
  next(output: Output): Step {
    for (;;) {
      switch (this.#state) {
        case State.Ready:
          // Looked at before each request: whatever it is, its answer fits.
          if (output.room < ANSWER_ROOM) return Step.Write;
          if (!this.#takeRequest(output)) {
            if (!this.#ended) {
              this.keep();
              return Step.Read;
            }
            this.#state = State.Closing;
          }
          break;
        case State.Waiting:
          return Step.Wait;
        case State.Burning:
          return Step.Burn;
        case State.Streaming:
          this.amount -= output.fill(LETTER_A, this.amount);
          if (this.amount > 0 || output.room < DONE.length) return Step.Write;
          output.put(DONE);
          this.#answered();
          break;
        case State.Closing:
          return Step.Close;
      }
    }
  }

  /**
   * Says that what a Step.Wait or Step.Burn asked for is done.
   *
   * @param result what burn() returned
   */
  resume(output: Output, result = 0): void {
    if (this.#state === State.Waiting) this.#answer(output, DONE);
    else this.#answer(output, Buffer.from(`RESULT ${result}\n`));
  }

  /** Takes the next request, if it is complete, and begins its answer. @returns whether there was one */
  #takeRequest(output: Output): boolean {
    if (this.#face === Face.Http) return this.#takeHttp(output);
    const bytes = this.#bytes;
    const start = this.#at;
    const limit = Math.min(this.#end, start + MAX_LINE + 2);
    let newline = start;
    while (newline < limit && bytes[newline] !== LF) newline++;
    let end = newline;
    if (end > start && bytes[end - 1] === CR) end--;
    const tooLong = end - start > MAX_LINE;
    if (newline === limit && !tooLong) return false;
    if (this.#face === Face.Unknown) {
      // Of a line that is too long, as much is looked at as has come in any case.
      if (isHttp(bytes, start, tooLong ? start + MAX_LINE + 1 : end, !tooLong)) {
        this.#face = Face.Http;
        return this.#takeHttp(output);
      }
      this.#face = Face.Line;
    }
    if (tooLong) {
      this.#at = this.#end;
      output.put(TOO_LONG);
      this.#state = State.Closing;
      return true;
    }
    this.#at = newline + 1;
    parseCommand(bytes, start, end, LINE, this.#command);
    this.#begin(output, bytes, end);
    return true;
  }

  #takeHttp(output: Output): boolean {
    const bytes = this.#bytes;
    // An empty line before a request is passed over (RFC 9112 §2.2): some clients end a request with one too many.
    while (this.#at < this.#end && (bytes[this.#at] === CR || bytes[this.#at] === LF)) this.#at++;
    const request = this.#request;
    const end = takeRequest(bytes, this.#at, this.#end, request);
    if (end < 0) return false;
    this.#at = request.last ? this.#end : end;
    if (request.status !== 200) {
      this.#mistake(output, request.reason);
      return true;
    }
    parseCommand(request.path, 1, request.path.length, PATH, this.#command);
    if (this.#command.kind === Kind.Mistake) request.status = this.#command.reason === UNKNOWN ? 404 : 400;
    this.#begin(output, request.path, request.path.length);
    return true;
  }

  /** Begins the answer to #command, whose request ends before `end` of `bytes`. */
  #begin(output: Output, bytes: Buffer, end: number): void {
    const command = this.#command;
    switch (command.kind) {
      case Kind.Ping:
        this.#answer(output, PONG);
        break;
      case Kind.Echo:
        if (this.#head(output, end - command.textStart + 1)) {
          output.putRange(bytes, command.textStart, end);
          output.putText('\n');
        }
        this.#answered();
        break;
      case Kind.Wait:
        this.amount = command.amount;
        this.#state = State.Waiting;
        break;
      case Kind.Burn:
        this.amount = command.amount;
        this.#state = State.Burning;
        break;
      case Kind.Stream:
        this.amount = command.amount;
        if (this.#head(output, command.amount + DONE.length)) this.#state = State.Streaming;
        else this.#answered();
        break;
      case Kind.Mistake:
        this.#mistake(output, command.reason);
        break;
    }
  }

  #mistake(output: Output, reason: string): void {
    this.#answer(output, Buffer.from(`ERROR ${reason}\n`));
  }

  #answer(output: Output, body: Buffer): void {
    if (this.#head(output, body.length)) output.put(body);
    this.#answered();
  }

  /** Under HTTP, writes what stands before the body. @returns whether the body shall follow */
  #head(output: Output, length: number): boolean {
    if (this.#face !== Face.Http) return true;
    putHead(output, this.#request, length);
    return !this.#request.headOnly;
  }

  #answered(): void {
    this.#state = this.#face === Face.Http && this.#request.last ? State.Closing : State.Ready;
  }
}
