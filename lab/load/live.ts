/** A load that runs, as others see it: its processes count in shared memory, and /proc lets its owner read that. */

import { closeSync, openSync, readlinkSync, readSync, statSync } from 'node:fs';
import { FIRST_INHERITED } from '../../lib/program/child.ts';
import { FINE, Histogram } from './histogram.ts';
import { PROGRESS, SHARED_NAME } from './settings.ts';

/** Where each of a load's processes has the memory. */
const SHARED = FIRST_INHERITED + 1;
const SLOT = PROGRESS.length * Float64Array.BYTES_PER_ELEMENT;
/** The count, the sum, the least and the most stand behind the counts. */
const [SUM, LEAST] = [FINE.length + 1, FINE.length + 2];

/** What has happened since it was looked at last. */
export interface Change {
  /** Connections that were opened so far. */
  readonly connected: number;
  readonly errors: number;
  /** Round trips that ended meanwhile. Their least and most are not known: those of all so far stand there. */
  readonly roundTrips: Histogram;
}

/**
 * The memory of the load that a process is a part of.
 *
 * @returns a name for it, the same for all processes of one load; undefined where the process is none, or has ended, or
 *   is somebody else's
 */
export function loadOf(pid: number): string | undefined {
  try {
    const path = `/proc/${pid}/fd/${SHARED}`;
    if (readlinkSync(path) !== `/memfd:${SHARED_NAME} (deleted)`) return undefined;
    return `${statSync(path).ino}`;
  } catch {
    return undefined;
  }
}

/** The counters of one load. The memory lives on while this is open, however the load has ended. */
export class Live {
  readonly #fd: number;
  readonly #memory: Float64Array;
  #before = new Float64Array(Histogram.size(FINE));
  #errors = 0;

  /** @param pid one of its processes @throws Error when that has ended */
  constructor(pid: number) {
    this.#fd = openSync(`/proc/${pid}/fd/${SHARED}`, 'r');
    const slots = Math.floor(statSync(`/proc/self/fd/${this.#fd}`).size / SLOT);
    this.#memory = new Float64Array(slots * PROGRESS.length);
  }

  // #region look
  /** What has been counted since the last time. */
  look(): Change {
    readSync(this.#fd, this.#memory, 0, this.#memory.byteLength, 0);
    const all = new Float64Array(Histogram.size(FINE));
    let [connected, errors] = [0, 0];
    for (let slot = 0; slot < this.#memory.length; slot += PROGRESS.length) {
      connected += this.#memory[slot + PROGRESS.connected]!;
      errors += this.#memory[slot + PROGRESS.errors]!;
      const trips = this.#memory.subarray(slot + PROGRESS.trips, slot + PROGRESS.length);
      for (let i = 0; i <= SUM; i++) all[i]! += trips[i]!;
      all[LEAST + 1] = Math.max(all[LEAST + 1]!, trips[LEAST + 1]!);
    }
    const changed = all.map((count, i) => (i <= SUM ? count - this.#before[i]! : count));
    // A load that tries several rates begins each with an empty histogram.
    const begunAnew = changed.some((count) => count < 0);
    const roundTrips = new Histogram(FINE, begunAnew ? all : changed);
    const change = { connected, errors: Math.max(0, errors - this.#errors), roundTrips };
    this.#before = all;
    this.#errors = errors;
    return change;
  }
  // #endregion look

  close(): void {
    closeSync(this.#fd);
  }
}
