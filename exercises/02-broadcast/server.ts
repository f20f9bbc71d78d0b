/** A chat behind the loop of chapter 02. What is to be written to each member is in your Outbox. */

import { main } from '../../chapters/02-select/server.ts';
import { type Carrier, Want } from '../../lib/service/carrier.ts';
import { CHUNK } from '../../lib/service/limits.ts';
import { Wakeups } from '../../lib/service/wakeups.ts';
import { EAGAIN, EINTR } from '../../lib/sys/errors.ts';
import { read, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { SO_SNDBUF, SOL_SOCKET, setsockopt } from '../../lib/sys/socket.ts';
import { subject } from '../check/subject.ts';

const NAME = '02-broadcast';
const { Outbox } = await subject<typeof import('./starter.ts')>(import.meta.url, 'Outbox');

/** Somebody in the room. */
class Member {
  readonly outbox: InstanceType<typeof Outbox>;
  /** The beginning of a line whose end has not come. */
  unfinished: Buffer = Buffer.alloc(0);
  /** The loop will close it. */
  dropped = false;
  /** Its turn comes when all have been heard. */
  due = false;

  constructor(fd: number, output: Memory) {
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, 32_768); // the kernel would keep megabytes; so it is sooner your turn
    this.outbox = new Outbox((bytes) => write(fd, output, 0, bytes.copy(output.bytes)));
  }
}

class Room implements Carrier {
  readonly wakeups = new Wakeups();
  readonly #members = new Map<number, Member>();
  readonly #input = Memory.allocate(CHUNK);
  readonly #output = Memory.allocate(CHUNK);

  opened(fd: number): Want {
    this.#members.set(fd, new Member(fd, this.#output));
    return Want.Read;
  }

  readable(fd: number): Want {
    const member = this.#members.get(fd)!;
    const count = read(fd, this.#input, 0, CHUNK);
    if (count === -EAGAIN || count === -EINTR) return this.#wants(member);
    if (count <= 0 || member.unfinished.length > CHUNK) return this.hangup(fd);
    const all = Buffer.concat([member.unfinished, this.#input.bytes.subarray(0, count)]);
    const end = all.lastIndexOf('\n') + 1;
    member.unfinished = all.subarray(end);
    if (end > 0) this.#tellOthers(fd, all.subarray(0, end));
    return this.#wants(member);
  }

  // #region tell
  #tellOthers(speaker: number, lines: Buffer): void {
    for (const [fd, member] of this.#members) {
      if (fd === speaker || member.dropped) continue;
      if (!member.outbox.put(lines)) member.dropped = true;
      if (member.dropped || member.outbox.waits) this.#soon(fd, member);
    }
  }

  /** Has the loop call writable() when it has read from all who said something. */
  #soon(fd: number, member: Member): void {
    member.due = true;
    this.wakeups.now(fd);
  }

  writable(fd: number): Want {
    const member = this.#members.get(fd)!;
    if (!member.due) {
      this.#soon(fd, member); // there is room; but first put() is called with what others have said by now
      return this.#wants(member);
    }
    member.due = false;
    if (!member.dropped && member.outbox.flush()) return this.#wants(member);
    console.error(`${NAME}: descriptor ${fd} is dropped`);
    return this.hangup(fd);
  }

  #wants({ outbox }: Member): Want {
    return outbox.waits ? Want.Read | Want.Write : Want.Read;
  }
  // #endregion tell

  hangup(fd: number): Want {
    this.#members.delete(fd);
    this.wakeups.cancel(fd);
    return Want.Close;
  }
}

await main(NAME, "send each client's lines to all others, with your Outbox", new Room());
