/** A pair of rings shared with the kernel: requests go in, completions come out. */

import { check, EAGAIN, EBUSY, EINTR, EINVAL, ENOSYS, EPERM, SystemError } from './errors.ts';
import { close } from './io.ts';
import { layout } from './layout.ts';
import { Memory, mapShared } from './memory.ts';
import { writeTimespec } from './time.ts';
import * as uring from './uring.ts';

const { io_uring_params: params, io_sqring_offsets: sq, io_cqring_offsets: cq } = layout;
const { io_uring_sqe: sqe, io_uring_cqe: cqe } = layout;

// Entries are read and written as 32-bit words.
const SQE_WORDS = sqe.size >> 2;
const CQE_WORDS = cqe.size >> 2;
const [FD, ADDR, LEN, FLAGS, USER, GROUP, FILE] = [
  sqe.fd! >> 2,
  sqe.addr! >> 2,
  sqe.len! >> 2,
  sqe.msg_flags! >> 2,
  sqe.user_data! >> 2,
  sqe.buf_group! >> 2,
  sqe.file_index! >> 2,
];
const [CQE_USER, RES, CQE_FLAGS] = [cqe.user_data! >> 2, cqe.res! >> 2, cqe.flags! >> 2];
const HIGH = 2 ** -32;

/** The first word of a request. @param flags IOSQE_… @param priority what `ioprio` means for the operation */
export function operation(opcode: number, flags = 0, priority = 0): number {
  return opcode | (flags << 8) | (priority << 16);
}

/**
 * The two queues of io_uring(7). A request is filled in where the kernel will read it, a completion is read where the
 * kernel has written it; no call is made for either, and nothing is allocated. enter() makes one call for all.
 *
 * Each side owns an index into each queue, in memory that both see, and publishes it when the entries before it are
 * complete. Here these are read and written with Atomics, which orders them with the plain accesses to the entries. As
 * the ring is made with IORING_SETUP_DEFER_TASKRUN, the kernel writes only while this thread is inside enter(), so
 * nothing races; the Atomics cost one instruction a turn, and the code stays right on a ring without that flag.
 */
export class Ring {
  readonly fd: number;
  /** How many requests fit into the submission queue. */
  readonly entries: number;
  /** Requests made so far, as the index of the next one; wraps at 2³². */
  tail = 0;
  /** Of the completion that was taken last: what the request was about. */
  subject = 0;
  kind = 0;
  /** What its operation returned, or a negative errno. */
  result = 0;
  /** IORING_CQE_F_… */
  flags = 0;
  /** How far the kernel has taken requests, when we last looked. */
  #submitted = 0;
  /** How far we have taken completions, and how far there were some when we last looked. */
  #head = 0;
  #completed = 0;
  readonly #words: Int32Array;
  readonly #sqes: Int32Array;
  readonly #mask: number;
  readonly #completionMask: number;
  readonly #cqes: number;
  /** Words of the mapping: the kernel's index of submissions, ours, and the flags; ours of completions, the kernel's. */
  readonly #sqHead: number;
  readonly #sqTail: number;
  readonly #sqFlags: number;
  readonly #cqHead: number;
  readonly #cqTail: number;
  /** A struct timespec for each request, which a timeout points to until it is submitted. */
  readonly #times: Memory;

  /**
   * @param entries how many requests can wait to be submitted; rounded up to a power of two
   * @param completions how many completions can wait to be taken; more overflow into memory of the kernel's
   * @throws SystemError: refusal() explains it
   */
  constructor(entries: number, completions = 2 * entries) {
    const memory = Memory.allocate(params.size);
    const { bytes } = memory;
    const flags =
      uring.IORING_SETUP_CQSIZE |
      uring.IORING_SETUP_SUBMIT_ALL |
      uring.IORING_SETUP_SINGLE_ISSUER |
      uring.IORING_SETUP_DEFER_TASKRUN;
    bytes.writeUInt32LE(flags, params.flags);
    bytes.writeUInt32LE(completions, params.cq_entries);
    this.fd = check(uring.io_uring_setup(entries, memory), 'io_uring_setup');
    const told = (struct: number | undefined, field: number | undefined): number =>
      bytes.readUInt32LE(struct! + field!);
    this.entries = told(0, params.sq_entries);
    const array = told(params.sq_off, sq.array);
    const cqes = told(params.cq_off, cq.cqes);
    const length = Math.max(array + 4 * this.entries, cqes + cqe.size * told(0, params.cq_entries));
    const queues = mapShared(this.fd, length, uring.IORING_OFF_SQ_RING); // both: IORING_FEAT_SINGLE_MMAP, Linux 5.4
    const requests = mapShared(this.fd, this.entries * sqe.size, uring.IORING_OFF_SQES);
    this.#words = wordsOf(queues);
    this.#sqes = wordsOf(requests);
    this.#times = Memory.allocate(this.entries * layout.timespec.size);
    this.#sqHead = told(params.sq_off, sq.head) >> 2;
    this.#sqTail = told(params.sq_off, sq.tail) >> 2;
    this.#sqFlags = told(params.sq_off, sq.flags) >> 2;
    this.#cqHead = told(params.cq_off, cq.head) >> 2;
    this.#cqTail = told(params.cq_off, cq.tail) >> 2;
    this.#mask = this.#words[told(params.sq_off, sq.ring_mask) >> 2]!;
    this.#completionMask = this.#words[told(params.cq_off, cq.ring_mask) >> 2]!;
    this.#cqes = cqes >> 2;
    // Which request stands at which place of the queue: always its own.
    for (let i = 0; i < this.entries; i++) this.#words[(array >> 2) + i] = i;
    check(uring.io_uring_enter(this.fd, 0, 0, 0), 'io_uring_enter'); // a filter may forbid this one alone
  }

  /** How many requests wait to be submitted. */
  get queued(): number {
    return (this.tail - this.#submitted) | 0;
  }

  // #region prepare
  /**
   * Makes a request; io_uring_enter(2) says what each of them takes. Fields that are not named here stay 0. When the
   * queue is full, what is in it is submitted first.
   *
   * @param operation as operation() makes it
   * @param fd what it is about
   * @param address of memory, or the user data of another request
   * @param flags the operation's own: `msg_flags`, `accept_flags`, `poll32_events`
   * @param subject with `kind`, 32 bits each: the user data, which the completion bears too
   */
  prepare(
    operation: number,
    fd: number,
    address: number,
    length: number,
    flags: number,
    subject: number,
    kind: number,
    group = 0,
    file = 0,
  ): void {
    if (this.queued >= this.entries) this.submit();
    const sqes = this.#sqes;
    const at = (this.tail & this.#mask) * SQE_WORDS;
    sqes[at] = operation;
    sqes[at + FD] = fd;
    sqes[at + ADDR] = address; // modulo 2³², as all that is stored into an Int32Array
    sqes[at + ADDR + 1] = address * HIGH;
    sqes[at + LEN] = length;
    sqes[at + FLAGS] = flags;
    sqes[at + USER] = subject;
    sqes[at + USER + 1] = kind;
    sqes[at + GROUP] = group;
    sqes[at + FILE] = file;
    this.tail = (this.tail + 1) | 0;
  }
  // #endregion prepare

  /** Makes a request that completes with -ETIME after so many milliseconds. */
  timeout(milliseconds: number, subject: number, kind: number): void {
    if (this.queued >= this.entries) this.submit();
    const at = (this.tail & this.#mask) * layout.timespec.size;
    writeTimespec(this.#times, milliseconds, at);
    this.prepare(uring.IORING_OP_TIMEOUT, -1, this.#times.address + at, 1, 0, subject, kind);
  }

  /** Makes a request to cancel another one; it completes only when it fails, with `subject` and `own` as its user data. */
  cancel(subject: number, kind: number, own: number): void {
    const which = kind * 2 ** 32 + subject; // a cancelled request still completes, with -ECANCELED
    this.prepare(CANCEL, -1, which, 0, 0, subject, own);
  }

  /** Makes the last request longer; it must not have been submitted. */
  lengthen(length: number): void {
    this.#sqes[((this.tail - 1) & this.#mask) * SQE_WORDS + LEN]! += length;
  }

  /** Takes the last request back; it must not have been submitted. */
  retract(): void {
    this.tail = (this.tail - 1) | 0;
  }

  // #region enter
  /** Submits all requests, and waits until there are so many completions, or for a signal. */
  enter(wait: number): void {
    do this.#enter(wait, uring.IORING_ENTER_GETEVENTS);
    while (this.queued > 0);
  }

  /** Submits all requests, and neither waits nor lets anything complete but what is done at once. */
  submit(): void {
    do this.#enter(0, 0);
    while (this.queued > 0); // there was no memory for all of them
  }

  #enter(wait: number, flags: number): void {
    Atomics.store(this.#words, this.#sqTail, this.tail);
    const result = uring.io_uring_enter(this.fd, this.queued, wait, flags);
    this.#submitted = Atomics.load(this.#words, this.#sqHead);
    if (result < 0) passes(result);
  }
  // #endregion enter

  /** Whether completions wait in memory of the kernel's because the queue was full: flush() brings them. */
  get overflown(): boolean {
    return (Atomics.load(this.#words, this.#sqFlags) & uring.IORING_SQ_CQ_OVERFLOW) !== 0;
  }

  /** Brings completions that had no room, once those in the queue have been taken; submits nothing. */
  flush(): void {
    const result = uring.io_uring_enter(this.fd, 0, 0, uring.IORING_ENTER_GETEVENTS);
    if (result < 0) passes(result);
  }

  // #region next
  /** Takes the next completion; `subject`, `kind`, `result` and `flags` are its. @returns false when there is none */
  next(): boolean {
    const words = this.#words;
    if (this.#head === this.#completed) {
      this.#completed = Atomics.load(words, this.#cqTail);
      if (this.#head === this.#completed) return false;
    }
    const at = this.#cqes + (this.#head & this.#completionMask) * CQE_WORDS;
    this.#head = (this.#head + 1) | 0;
    this.subject = words[at + CQE_USER]!;
    this.kind = words[at + CQE_USER + 1]!;
    this.result = words[at + RES]!;
    this.flags = words[at + CQE_FLAGS]!;
    return true;
  }
  // #endregion next

  /** Tells the kernel which completions have been taken. */
  taken(): void {
    Atomics.store(this.#words, this.#cqHead, this.#head);
  }
}

const CANCEL = operation(uring.IORING_OP_ASYNC_CANCEL, uring.IOSQE_CQE_SKIP_SUCCESS);

function wordsOf({ bytes }: Memory): Int32Array {
  return new Int32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length >> 2);
}

/** Lets pass what passes by itself: a signal, and want of memory, in which nothing was submitted. @throws SystemError */
function passes(result: number): void {
  if (result !== -EINTR && result !== -EAGAIN && result !== -EBUSY) check(result, 'io_uring_enter');
}

/**
 * Explains why there is no ring.
 *
 * @param error what the constructor of a Ring has thrown, or what registers something with one
 * @throws the error itself, where it is another
 */
export function refusal(error: unknown): string {
  if (!(error instanceof SystemError && error.syscall.startsWith('io_uring_'))) throw error;
  switch (-error.errno) {
    case ENOSYS:
      return 'this kernel has no io_uring';
    case EPERM:
      return 'io_uring is forbidden here, by a seccomp filter such as a container has, or by kernel.io_uring_disabled';
    case EINVAL:
      return 'the io_uring of this kernel is older than that of Linux 6.1';
    default:
      return error.message;
  }
}

// #region refused
/** Why this machine gives us no ring; undefined where it does. */
export function refused(): string | undefined {
  try {
    close(new Ring(1).fd);
    return undefined;
  } catch (error) {
    return refusal(error);
  }
}
// #endregion refused
