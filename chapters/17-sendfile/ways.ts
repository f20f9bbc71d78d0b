/** Three ways for the bytes of a file to a socket: through this process, past it, or through a pipe. */

import { Spares } from '../../lib/service/pending.ts';
import { check } from '../../lib/sys/errors.ts';
import {
  pread,
  SPLICE_F_MORE,
  SPLICE_F_NONBLOCK,
  sendfile as sendFromFile,
  splice as spliceBytes,
} from '../../lib/sys/file.ts';
import { close, O_CLOEXEC, O_NONBLOCK, pipe2, write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';

/** So many bytes the kernel is asked to send in one call; a pipe, and memory to read into, take fewer. */
const AT_ONCE = 1_048_576;
/** What a pipe holds (pipe(7)), when its pages are full. */
const PIPE = 65_536;
/** So many pipes that are not in use are kept. */
const SPARE_PIPES = 16;

/** A file on its way to a socket. */
export interface Way {
  /**
   * Gives the socket what it takes of the file's next bytes, without waiting for it.
   *
   * @param offset how many bytes of the file the socket has taken before
   * @param length how many are to go
   * @returns how many the socket took; 0 where the file ends; -EAGAIN when the socket takes none; another negative errno
   */
  send(offset: number, length: number): number;
  /** Gives back what it holds. */
  end(): void;
}

// #region read
const spares = new Spares();

/** Reads the bytes into memory of this process, and writes them from there. What the socket does not take waits here. */
class ReadWrite implements Way {
  readonly #socket: number;
  readonly #file: number;
  readonly #pending = spares.take();

  constructor(socket: number, file: number) {
    this.#socket = socket;
    this.#file = file;
  }

  send(offset: number, length: number): number {
    const { memory, output } = this.#pending;
    if (output.length === 0) {
      const count = pread(this.#file, memory, 0, Math.min(length, memory.length), offset);
      if (count <= 0) return count;
      output.end = count;
    }
    const count = write(this.#socket, memory, output.start, output.length);
    if (count > 0) output.wrote(count);
    return count;
  }

  end(): void {
    spares.give(this.#pending);
  }
}
// #endregion read

// #region sendfile
/** Has the kernel send them from where it keeps them, in its page cache. */
class Sendfile implements Way {
  readonly #socket: number;
  readonly #file: number;

  constructor(socket: number, file: number) {
    this.#socket = socket;
    this.#file = file;
  }

  send(offset: number, length: number): number {
    return sendFromFile(this.#socket, this.#file, offset, Math.min(length, AT_ONCE));
  }

  end(): void {}
}
// #endregion sendfile

/** Both ends of a pipe. */
interface Pipe {
  readonly reading: number;
  readonly writing: number;
}

/** Empty pipes that are not in use. */
const pipes: Pipe[] = [];

function takePipe(): Pipe {
  const spare = pipes.pop();
  if (spare !== undefined) return spare;
  const pair = Memory.allocate(8);
  check(pipe2(pair, O_CLOEXEC | O_NONBLOCK), 'pipe2');
  return { reading: pair.bytes.readInt32LE(0), writing: pair.bytes.readInt32LE(4) };
}

// #region splice
/** Puts references to the pages into a pipe, and takes them from there into the socket. */
class Splice implements Way {
  readonly #socket: number;
  readonly #file: number;
  readonly #pipe = takePipe();
  /** How many bytes the pipe holds. */
  #held = 0;

  constructor(socket: number, file: number) {
    this.#socket = socket;
    this.#file = file;
  }

  send(offset: number, length: number): number {
    const { reading, writing } = this.#pipe;
    if (this.#held === 0) {
      const count = spliceBytes(this.#file, offset, writing, Math.min(length, PIPE), SPLICE_F_NONBLOCK);
      if (count <= 0) return count;
      this.#held = count;
    }
    const more = this.#held < length ? SPLICE_F_MORE : 0; // or a segment would end with each pipeful
    const count = spliceBytes(reading, -1, this.#socket, this.#held, SPLICE_F_NONBLOCK | more);
    if (count > 0) this.#held -= count;
    return count;
  }

  end(): void {
    const { reading, writing } = this.#pipe;
    if (this.#held === 0 && pipes.length < SPARE_PIPES) pipes.push(this.#pipe);
    else for (const fd of [reading, writing]) close(fd);
  }
}
// #endregion splice

/** By the words of the option: begins to send a file to a socket. @throws SystemError when there is no descriptor left */
export const ways = {
  read: (socket: number, file: number): Way => new ReadWrite(socket, file),
  sendfile: (socket: number, file: number): Way => new Sendfile(socket, file),
  splice: (socket: number, file: number): Way => new Splice(socket, file),
};
