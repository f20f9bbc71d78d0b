/** Several pieces of memory in one call: writev(2), and the array of struct iovec. */

import { layout } from './layout.ts';
import { libc, result } from './libc.ts';
import { Memory } from './memory.ts';
import { traced } from './trace.ts';

const { size: SIZE, iov_base: BASE, iov_len: LENGTH } = layout.iovec;

const libcWritev = libc('writev', 'long', ['int', 'pointer', 'int']);

/** Pieces of memory, one after another, as an array of struct iovec. */
export class Pieces {
  readonly memory: Memory;
  /** The memory that the pieces lie in: what nothing refers to would be freed. */
  readonly #held: (Memory | undefined)[] = [];
  readonly length: number;

  /** @param length how many; each is empty until it is set */
  constructor(length: number) {
    this.length = length;
    this.memory = Memory.allocate(length * SIZE);
  }

  /** Makes `length` bytes of `memory` from `start` on piece `i`. @throws RangeError unless they lie within */
  set(i: number, memory: Memory, start: number, length: number): void {
    const at = i * SIZE;
    this.memory.bytes.writeBigUInt64LE(BigInt(memory.at(start, length)), at + BASE);
    this.memory.bytes.writeBigUInt64LE(BigInt(length), at + LENGTH);
    this.#held[i] = memory;
  }
}

/** writev(2): gives all the pieces, in their order. @returns as write(): a short write may end within any piece */
export const writev = traced('writev', (fd: number, pieces: Pieces): number =>
  result(libcWritev(fd, pieces.memory.address, pieces.length)),
);
