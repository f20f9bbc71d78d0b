/** A chat as a carrier: each client's line goes to all others, and nobody has to wait for a slow reader. */

import { EAGAIN, EINTR } from '../sys/errors.ts';
import { read, write } from '../sys/io.ts';
import { Memory } from '../sys/memory.ts';
import { type Carrier, Want } from './carrier.ts';
import { CHUNK, MAX_LINE, TOO_LONG } from './limits.ts';
import { Wakeups } from './wakeups.ts';

/** So many bytes may wait for a slow reader here, beyond what the kernel holds for it; then it is dropped. */
export const MAX_BACKLOG = 262_144;
/** What a line that waits costs beside its bytes, about: its Buffer, and its place in a queue. An empty line is no gift. */
const LINE_COST = 128;
const LF = 10;
const NOTHING: Buffer = Buffer.alloc(0);

/** Somebody in the room. */
class Member {
  readonly fd: number;
  /** The beginning of a line whose end has not come. */
  unfinished = NOTHING;
  /** The line at hand is too long: what still comes of it is thrown away. */
  skipping = false;
  /** Lines of others that wait to be written. A line is one Buffer, however many members it waits for. */
  readonly queue: Buffer[] = [];
  /** How many bytes of the queue's first line have been written. */
  written = 0;
  /** How many bytes wait, with what their lines cost; 0 when nothing does. */
  backlog = 0;
  /** The socket takes no more: the loop will tell when it does. */
  full = false;
  /** It is too far behind: the loop will close it. */
  dropped = false;

  constructor(fd: number) {
    this.fd = fd;
  }
}

/** The room that one event loop serves. */
export class ChatRoom implements Carrier {
  readonly wakeups = new Wakeups();
  readonly #members = new Map<number, Member>();
  readonly #input = Memory.allocate(CHUNK);
  readonly #output = Memory.allocate(CHUNK);
  readonly #dropped: (fd: number) => void;

  /** @param dropped is told of each member that is dropped because it does not read */
  constructor(dropped: (fd: number) => void) {
    this.#dropped = dropped;
  }

  opened(fd: number): Want {
    this.#members.set(fd, new Member(fd));
    return Want.Read;
  }

  readable(fd: number): Want {
    const member = this.#members.get(fd)!;
    const count = read(fd, this.#input, 0, CHUNK);
    if (count > 0) this.#hear(member, this.#input.bytes.subarray(0, count));
    else if (count !== -EAGAIN && count !== -EINTR) return this.#leave(fd);
    return this.#wants(member) | (count === -EAGAIN ? Want.Nothing : Want.Again);
  }

  // #region writable
  writable(fd: number): Want {
    const member = this.#members.get(fd)!;
    if (member.dropped) this.#dropped(fd);
    if (member.dropped || !this.#flush(member)) return this.#leave(fd);
    return this.#wants(member) | (member.backlog > 0 && !member.full ? Want.Write | Want.Again : Want.Nothing);
  }
  // #endregion writable

  hangup(fd: number): Want {
    return this.#leave(fd);
  }

  #wants({ full }: Member): Want {
    return full ? Want.Read | Want.Write : Want.Read;
  }

  #leave(fd: number): Want {
    this.#members.delete(fd);
    this.wakeups.cancel(fd);
    return Want.Close;
  }

  /** Takes the lines out of what a member sent. */
  #hear(member: Member, bytes: Buffer): void {
    let at = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, at)) {
      const line = Buffer.concat([member.unfinished, bytes.subarray(at, end + 1)]);
      if (!member.skipping && line.length <= MAX_LINE + 1) this.#tellOthers(member, line);
      else if (!member.skipping) this.#tell(member, TOO_LONG);
      member.unfinished = NOTHING;
      member.skipping = false;
      at = end + 1;
    }
    if (at === bytes.length || member.skipping) return;
    member.unfinished = Buffer.concat([member.unfinished, bytes.subarray(at)]);
    if (member.unfinished.length <= MAX_LINE) return;
    this.#tell(member, TOO_LONG);
    member.unfinished = NOTHING;
    member.skipping = true;
  }

  // #region tell
  #tellOthers(speaker: Member, line: Buffer): void {
    for (const member of this.#members.values()) if (member !== speaker) this.#tell(member, line);
  }

  /** Queues a line for a member. Nobody waits for it: what its socket does not take stays here, up to a bound. */
  #tell(member: Member, line: Buffer): void {
    if (member.dropped) return;
    member.queue.push(line);
    member.backlog += line.length + LINE_COST;
    if (!member.full && member.backlog >= CHUNK) this.#flush(member);
    member.dropped = member.backlog > MAX_BACKLOG;
    if (!member.full || member.dropped) this.wakeups.now(member.fd);
  }
  // #endregion tell

  /** Writes what the socket takes, up to a chunk. @returns false when the member is gone */
  #flush(member: Member): boolean {
    const length = this.#gather(member);
    let count: number;
    do {
      count = write(member.fd, this.#output, 0, length);
    } while (count === -EINTR);
    if (count < 0 && count !== -EAGAIN) return false;
    if (count > 0) this.#wrote(member, count);
    member.full = count < length;
    return true;
  }

  /** Copies as much of a member's queue as fits in front of one another, so that one system call writes many lines. */
  #gather({ queue, written }: Member): number {
    let length = 0;
    let from = written;
    for (const line of queue) {
      length += line.copy(this.#output.bytes, length, from);
      from = 0;
      if (length === CHUNK) break;
    }
    return length;
  }

  #wrote(member: Member, count: number): void {
    member.backlog -= count;
    let left = member.written + count;
    let lines = 0;
    while (lines < member.queue.length && left >= member.queue[lines]!.length) left -= member.queue[lines++]!.length;
    member.queue.splice(0, lines);
    member.backlog -= lines * LINE_COST;
    member.written = left;
  }
}
