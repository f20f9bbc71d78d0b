/** What is registered with a ring, so that requests can name it: buffers to receive into, a table of files; and who is told. */

import { check } from './errors.ts';
import { layout } from './layout.ts';
import { Memory } from './memory.ts';
import type { Ring } from './ring.ts';
import * as uring from './uring.ts';

const { io_uring_buf: buf, io_uring_buf_reg: reg, io_uring_rsrc_register: rsrc } = layout;

/** Where a ring of buffers must begin: on a page. */
const PAGE = 4096;
/**
 * Buffers stand a line of the processor's cache apart. Most of what comes is short, so the first line of each is what
 * is used; were they just 4 KiB apart, all of these would compete for the same few places in the cache.
 */
const LINE = 64;

// #region buffers
/**
 * Buffers that are lent to the kernel: whenever bytes come for a request with IOSQE_BUFFER_SELECT, it takes the next one,
 * and the completion says which. So memory is needed for connections that have sent something, not for those that may.
 */
export class BufferRing {
  /** All buffers: each begins at start(). */
  readonly memory: Memory;
  readonly #size: number;
  readonly #stride: number;
  readonly #mask: number;
  readonly #ring: Memory;
  readonly #words: Int32Array;
  readonly #shorts: Uint16Array;
  #tail = 0;

  /**
   * @param ring what they are lent to
   * @param group a number for them, which requests bear
   * @param count how many, at most 32,768; rounded up to a power of two
   * @param size of each, in bytes
   * @throws SystemError
   */
  constructor(ring: Ring, group: number, count: number, size: number) {
    count = 2 ** Math.ceil(Math.log2(count));
    this.#size = size;
    this.#stride = size + LINE;
    this.memory = Memory.allocate(count * this.#stride);
    this.#mask = count - 1;
    this.#ring = Memory.allocate(count * buf.size + PAGE);
    const start = -this.#ring.address & (PAGE - 1);
    const { buffer } = this.#ring.bytes;
    this.#words = new Int32Array(buffer, start, (count * buf.size) >> 2);
    this.#shorts = new Uint16Array(buffer, start, (count * buf.size) >> 1);
    const argument = Memory.allocate(reg.size);
    argument.bytes.writeBigUInt64LE(BigInt(this.#ring.address + start), reg.ring_addr);
    argument.bytes.writeUInt32LE(count, reg.ring_entries);
    argument.bytes.writeUInt16LE(group, reg.bgid);
    check(uring.io_uring_register(ring.fd, uring.IORING_REGISTER_PBUF_RING, argument, 1), 'io_uring_register');
    for (let id = 0; id < count; id++) this.give(id);
    this.given();
  }

  /** Where a buffer begins in `memory`. */
  start(id: number): number {
    return id * this.#stride;
  }

  /** Lends a buffer again, once its bytes are not needed any more. */
  give(id: number): void {
    const at = (this.#tail & this.#mask) * buf.size;
    const address = this.memory.address + id * this.#stride;
    this.#words[(at + buf.addr!) >> 2] = address;
    this.#words[((at + buf.addr!) >> 2) + 1] = address / 2 ** 32;
    this.#words[(at + buf.len!) >> 2] = this.#size;
    this.#shorts[(at + buf.bid!) >> 1] = id;
    this.#tail = (this.#tail + 1) & 0xffff;
  }

  /** Tells the kernel of those that were given. */
  given(): void {
    Atomics.store(this.#shorts, buf.resv! >> 1, this.#tail);
  }
}
// #endregion buffers

/**
 * Registers a table of files with nothing in it, for direct descriptors.
 *
 * @param count how many places; RLIMIT_NOFILE at most
 * @throws SystemError
 */
export function registerFiles(ring: Ring, count: number): void {
  const argument = Memory.allocate(rsrc.size);
  argument.bytes.writeUInt32LE(count, rsrc.nr);
  argument.bytes.writeUInt32LE(uring.IORING_RSRC_REGISTER_SPARSE, rsrc.flags);
  check(
    uring.io_uring_register(ring.fd, uring.IORING_REGISTER_FILES2, argument, rsrc.size),
    'io_uring_register',
    `${count} files`,
  );
}

/** Has the kernel add 1 to an eventfd(2) whenever a ring has something to tell. @throws SystemError */
export function registerEventfd(ring: Ring, fd: number): void {
  const argument = Memory.allocate(4);
  argument.bytes.writeInt32LE(fd);
  check(uring.io_uring_register(ring.fd, uring.IORING_REGISTER_EVENTFD, argument, 1), 'io_uring_register');
}
