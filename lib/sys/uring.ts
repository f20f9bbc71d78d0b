/** io_uring(7): the three system calls, and the numbers that its requests are made of. The rings themselves: ring.ts. */

import { libc, result } from './libc.ts';
import type { Memory } from './memory.ts';
import { traced } from './trace.ts';

export const IORING_SETUP_CQSIZE = 1 << 3;
/** A request that is refused does not keep those behind it from being submitted. */
export const IORING_SETUP_SUBMIT_ALL = 1 << 7;
/** One thread alone submits, so the kernel takes fewer locks. */
export const IORING_SETUP_SINGLE_ISSUER = 1 << 12;
/** Completions are made when this thread waits for them, and never in the middle of its own work. Linux 6.1. */
export const IORING_SETUP_DEFER_TASKRUN = 1 << 13;

/** Both queues in one mapping. */
export const IORING_FEAT_SINGLE_MMAP = 1 << 0;

export const IORING_OFF_SQ_RING = 0;
export const IORING_OFF_SQES = 0x10000000;

export const IORING_ENTER_GETEVENTS = 1 << 0;

/** In the submission queue's flags: completions wait outside of the completion queue, which was full. */
export const IORING_SQ_CQ_OVERFLOW = 1 << 1;

export const IORING_OP_NOP = 0;
export const IORING_OP_POLL_ADD = 6;
export const IORING_OP_TIMEOUT = 11;
export const IORING_OP_ACCEPT = 13;
export const IORING_OP_ASYNC_CANCEL = 14;
export const IORING_OP_CLOSE = 19;
export const IORING_OP_READ = 22;
export const IORING_OP_SEND = 26;
export const IORING_OP_RECV = 27;
export const IORING_OP_SHUTDOWN = 34;

/** `fd` is a place in the table of registered files. */
export const IOSQE_FIXED_FILE = 1 << 0;
/** The kernel takes the next buffer of a group. */
export const IOSQE_BUFFER_SELECT = 1 << 5;
/** No completion unless it fails. */
export const IOSQE_CQE_SKIP_SUCCESS = 1 << 6;

export const IORING_POLL_ADD_MULTI = 1 << 0;
export const IORING_ACCEPT_MULTISHOT = 1 << 0;
export const IORING_RECV_MULTISHOT = 1 << 1;
/** Whoever is accepted gets any free place of the table of registered files. */
export const IORING_FILE_INDEX_ALLOC = -1;

/** The upper 16 bits of the flags are the number of the buffer that was taken. */
export const IORING_CQE_F_BUFFER = 1 << 0;
/** The request goes on: more completions will follow. */
export const IORING_CQE_F_MORE = 1 << 1;
export const IORING_CQE_BUFFER_SHIFT = 16;

export const IORING_REGISTER_EVENTFD = 4;
export const IORING_REGISTER_FILES2 = 13;
export const IORING_RSRC_REGISTER_SPARSE = 1 << 0;
export const IORING_REGISTER_PBUF_RING = 22;

// The C library has no functions for these; their numbers are the same on all architectures.
export const SYS_io_uring_setup = 425;
export const SYS_io_uring_enter = 426;
export const SYS_io_uring_register = 427;
const libcSyscall2 = libc('syscall', 'long', ['long', 'long', 'pointer']);
const libcSyscall4 = libc('syscall', 'long', ['long', 'long', 'long', 'pointer', 'long']);
const libcSyscall6 = libc('syscall', 'long', ['long', 'long', 'long', 'long', 'long', 'pointer', 'size_t']);

/**
 * io_uring_setup(2).
 *
 * @param entries how many requests can be submitted at once; the kernel takes the next power of two
 * @param params struct io_uring_params, read and written
 * @returns the ring's descriptor, which closes on exec; -ENOSYS where the kernel has none of this; -EPERM where it is
 *   forbidden (kernel.io_uring_disabled, seccomp); -EINVAL for flags that the kernel does not know
 */
export const io_uring_setup = traced(
  'io_uring_setup',
  (entries: number, params: Memory): number => result(libcSyscall2(SYS_io_uring_setup, entries, params.address)),
  'nothing',
);

/**
 * io_uring_enter(2): submits requests, and waits for completions, in one call.
 *
 * @param submit how many requests
 * @param wait for how many completions to wait, with IORING_ENTER_GETEVENTS
 * @returns how many requests were submitted; -EINTR after a signal
 */
export const io_uring_enter = traced(
  'io_uring_enter',
  (ring: number, submit: number, wait: number, flags: number): number =>
    result(libcSyscall6(SYS_io_uring_enter, ring, submit, wait, flags, 0, 0)),
);

/**
 * io_uring_register(2).
 *
 * @param operation IORING_REGISTER_EVENTFD, IORING_REGISTER_FILES2, IORING_REGISTER_PBUF_RING
 * @param argument the struct that the operation takes
 * @param count its length in bytes, or how many there are, by the operation
 * @returns 0 or a negative errno
 */
export const io_uring_register = traced(
  'io_uring_register',
  (ring: number, operation: number, argument: Memory, count: number): number =>
    result(libcSyscall4(SYS_io_uring_register, ring, operation, argument.address, count)),
);
