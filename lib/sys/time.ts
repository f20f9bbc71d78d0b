/** Spans of time, from milliseconds to the structs in which the kernel takes them. */

import { layout } from './layout.ts';
import type { Memory } from './memory.ts';

/**
 * Writes a struct timeval, in microseconds; rounded up, so that no wait ends early or becomes a mere look.
 *
 * @param milliseconds not negative, fractions allowed
 * @throws RangeError for NaN and Infinity
 */
export function writeTimeval(memory: Memory, milliseconds: number): void {
  const microseconds = Math.ceil(milliseconds * 1e3);
  const { tv_sec, tv_usec } = layout.timeval;
  memory.bytes.writeBigInt64LE(BigInt(Math.floor(microseconds / 1e6)), tv_sec);
  memory.bytes.writeBigInt64LE(BigInt(microseconds % 1e6), tv_usec);
}

/** Writes a struct timespec, in nanoseconds; otherwise as writeTimeval(). @param at where in the memory */
export function writeTimespec(memory: Memory, milliseconds: number, at = 0): void {
  const nanoseconds = Math.ceil(milliseconds * 1e6);
  const { tv_sec, tv_nsec } = layout.timespec;
  memory.bytes.writeBigInt64LE(BigInt(Math.floor(nanoseconds / 1e9)), at + tv_sec);
  memory.bytes.writeBigInt64LE(BigInt(nanoseconds % 1e9), at + tv_nsec);
}
