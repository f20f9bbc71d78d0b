/** Reading, writing and closing descriptors, and making pipes. */

import { libc, result } from './libc.ts';
import type { Memory } from './memory.ts';
import { traced } from './trace.ts';

const libcRead = libc('read', 'long', ['int', 'pointer', 'size_t']);
const libcWrite = libc('write', 'long', ['int', 'pointer', 'size_t']);
const libcClose = libc('close', 'int', ['int']);
const libcFcntl = libc('fcntl', 'int', ['int', 'int', 'long']);
const libcDup3 = libc('dup3', 'int', ['int', 'int', 'int']);
const libcPipe2 = libc('pipe2', 'int', ['pointer', 'int']);
const libcEventfd = libc('eventfd', 'int', ['int', 'int']);

export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const F_GETFL = 3;
export const F_SETFL = 4;

/**
 * read(2): takes up to `length` bytes into `memory` from `start` on.
 *
 * @returns how many bytes came; 0 at the end (the peer has closed its side); -EAGAIN when a non-blocking descriptor has
 *   none; -ECONNRESET after a reset
 */
export const read = traced('read', (fd: number, memory: Memory, start: number, length: number): number =>
  result(libcRead(fd, memory.at(start, length), length)),
);

/**
 * write(2): gives up to `length` bytes of `memory` from `start` on. Short writes are ordinary: look at the result.
 *
 * @returns how many bytes the kernel took; -EAGAIN when a non-blocking descriptor takes none; -EPIPE or -ECONNRESET when
 *   nobody reads any more (Node ignores SIGPIPE)
 */
export const write = traced('write', (fd: number, memory: Memory, start: number, length: number): number =>
  result(libcWrite(fd, memory.at(start, length), length)),
);

/** close(2). The number may be given out again by the very next call that makes a descriptor. */
export const close = traced('close', (fd: number): number => result(libcClose(fd)));

/** fcntl(2), for commands whose argument is a number, such as F_GETFL and F_SETFL. */
export const fcntl = traced('fcntl', (fd: number, command: number, argument: number): number =>
  result(libcFcntl(fd, command, argument)),
);

/**
 * dup3(2): makes `number` another descriptor for what `fd` stands for. What it stood for before is closed.
 *
 * @param flags O_CLOEXEC
 * @returns `number` or a negative errno
 */
export const dup3 = traced('dup3', (fd: number, number: number, flags: number): number =>
  result(libcDup3(fd, number, flags)),
);

/**
 * pipe2(2).
 *
 * @param pair 8 bytes, which become two 32-bit descriptors: first the reading end, then the writing end
 * @param flags O_NONBLOCK, O_CLOEXEC
 * @returns 0 or a negative errno
 */
export const pipe2 = traced(
  'pipe2',
  (pair: Memory, flags: number): number => result(libcPipe2(pair.at(0, 8), flags)),
  'nothing',
);

/**
 * eventfd(2): a counter of 64 bits. A write adds to it, a read waits until it is not 0, takes all of it, and leaves 0.
 *
 * @param count what it begins with
 * @param flags O_NONBLOCK, O_CLOEXEC
 * @returns a descriptor or a negative errno
 */
export const eventfd = traced(
  'eventfd',
  (count: number, flags: number): number => result(libcEventfd(count, flags)),
  'nothing',
);
