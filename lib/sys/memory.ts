/** Memory that the kernel may read and write: bytes with an address that does not move. */

import koffi from 'koffi';
import { check } from './errors.ts';
import { close } from './io.ts';
import { libc, result } from './libc.ts';
import { traced } from './trace.ts';

/**
 * A fixed piece of memory, seen by JavaScript as a Buffer and by the kernel as an address. It is freed when nothing refers
 * to this object or its bytes any more, whatever the kernel still does with the address: keep it for as long.
 */
export class Memory {
  readonly bytes: Buffer;
  readonly address: number;
  readonly length: number;

  /** @param buffer memory outside V8's heap, so that no garbage collection moves it */
  constructor(buffer: ArrayBuffer) {
    this.bytes = Buffer.from(buffer);
    this.length = buffer.byteLength;
    this.address = Number(koffi.address(this.bytes));
  }

  /** @param length in bytes; the memory is zero */
  static allocate(length: number): Memory {
    return new Memory(new ArrayBuffer(length));
  }

  /**
   * The address of `length` bytes from `start` on.
   *
   * @throws RangeError unless they all lie within: an address out of bounds would let the kernel write over V8
   */
  at(start: number, length: number): number {
    // Said in this way, it refuses NaN too.
    if (!(start >= 0 && length >= 0 && start + length <= this.length)) {
      throw new RangeError(`bytes ${start} to ${start + length} of a memory of ${this.length} bytes`);
    }
    return this.address + start;
  }
}

const libcMemfdCreate = libc('memfd_create', 'int', ['pointer', 'int']);
const libcFtruncate = libc('ftruncate', 'int', ['int', 'long']);
const libcMmap = libc('mmap', 'long', ['pointer', 'size_t', 'int', 'int', 'int', 'long']);

const MFD_CLOEXEC = 1;
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;

/** A name has so many bytes at most, without its final zero. */
const NAME = 249;
const name = Memory.allocate(NAME + 1);

const memfd_create = traced(
  'memfd_create',
  (flags: number): number => result(libcMemfdCreate(name.address, flags)),
  'nothing',
);
const ftruncate = traced('ftruncate', (fd: number, length: number): number => result(libcFtruncate(fd, length)));
const mmap = traced('mmap', (fd: number, length: number, offset: number): number =>
  result(libcMmap(0, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset)),
);

/**
 * Makes a file that lives in memory only, to be mapped by several processes; memfd_create(2), ftruncate(2).
 *
 * @param length in bytes
 * @param label what /proc/PID/fd shows, as `/memfd:label (deleted)`; 249 bytes at most
 * @returns its descriptor, to be handed to children
 * @throws SystemError
 */
export function memfd(length: number, label = ''): number {
  name.bytes.fill(0);
  name.bytes.write(label, 0, NAME);
  const fd = check(memfd_create(MFD_CLOEXEC), 'memfd_create');
  const truncated = ftruncate(fd, length);
  if (truncated < 0) close(fd);
  check(truncated, 'ftruncate');
  return fd;
}

/**
 * Maps a descriptor's bytes into this process, shared with every other process that maps them; mmap(2).
 * The mapping lasts as long as the process.
 *
 * @param fd as memfd() returned it, perhaps in another process
 * @param length in bytes
 * @param offset where in the descriptor's bytes to begin
 * @throws SystemError
 */
export function mapShared(fd: number, length: number, offset = 0): Memory {
  const address = check(mmap(fd, length, offset), 'mmap');
  return new Memory(koffi.view(BigInt(address), length));
}

// #region shared
/**
 * Counters that several processes share: use them through Atomics, and no count is lost.
 *
 * @param fd a memfd of at least 8 × `length` bytes
 * @param length how many counters
 */
export function sharedCounters(fd: number, length: number): BigUint64Array<ArrayBuffer> {
  const memory = mapShared(fd, length * BigUint64Array.BYTES_PER_ELEMENT);
  return new BigUint64Array(memory.bytes.buffer as ArrayBuffer, memory.bytes.byteOffset, length);
}
// #endregion shared
