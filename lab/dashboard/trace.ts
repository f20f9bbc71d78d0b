/** A trace that grows, read from its end: how often each system call was made. */

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** So many bytes are read at a time; when more have come, the last of them stand for all. */
const MOST = 256 * 1024;
/** So many names are told; no program makes so many different calls. */
const NAMES = 64;

/** The trace of one server. */
export class TraceTail {
  readonly #path: string;
  readonly #bytes = Buffer.allocUnsafe(MOST);
  #fd: number | undefined;
  #at = 0;
  /** By name: how many calls so far; of those that were not read, as many as their share. */
  readonly counts = new Map<string, number>();

  /** @param path the file; it may not be there yet, and what stands in it already does not count */
  constructor(path: string) {
    this.#path = path;
    this.#open();
    if (this.#fd !== undefined) this.#at = fstatSync(this.#fd).size;
  }

  #open(): void {
    try {
      // Of a pipe or a terminal others would lose what is read here.
      if (statSync(this.#path).isFile()) this.#fd = openSync(this.#path, 'r');
    } catch {} // not there, or not for us
  }

  /** Counts what has come since the last time. */
  look(): void {
    if (this.#fd === undefined) this.#open();
    if (this.#fd === undefined) return;
    const { size } = fstatSync(this.#fd);
    if (size < this.#at) this.#at = 0; // emptied, by a server that was started anew
    const grown = size - this.#at;
    const length = Math.min(grown, MOST);
    const read = readSync(this.#fd, this.#bytes, 0, length, size - length);
    const end = this.#bytes.lastIndexOf(10, read - 1) + 1;
    if (read === 0 || end === 0) return; // no whole line
    const weight = grown > MOST ? (grown - (read - end)) / end : 1;
    const text = this.#bytes.toString('latin1', 0, end);
    for (const [, name] of text.matchAll(/"call":"(\w+)"/g)) {
      if (this.counts.size < NAMES || this.counts.has(name!)) {
        this.counts.set(name!, (this.counts.get(name!) ?? 0) + weight);
      }
    }
    this.#at = size - (read - end);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }
}
