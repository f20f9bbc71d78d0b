/** What each process of a load runs: it hears its settings, then loads until it is told to stop, or has done its part. */

import { endWithParent, FIRST_INHERITED } from '../../lib/program/child.ts';
import { check, ECONNRESET, EINTR, EPIPE, SystemError } from '../../lib/sys/errors.ts';
import { read, write } from '../../lib/sys/io.ts';
import { Memory, mapShared } from '../../lib/sys/memory.ts';
import { SIG_IGN, SIGTERM, signal } from '../../lib/sys/process.ts';
import type { Link } from './course.ts';
import { Engine } from './engine.ts';
import { Lines } from './lines.ts';
import { line, type News, type Order, PROGRESS, type Settings } from './settings.ts';

const LINK = FIRST_INHERITED;
const SHARED = FIRST_INHERITED + 1;
const memory = Memory.allocate(65_536);

/** The other end of the line to whoever started this process, spoken in lines of JSON. */
class Parent implements Link {
  readonly fd = LINK;
  readonly progress: Float64Array;
  readonly #lines = new Lines();

  constructor(slot: number, slots: number) {
    const size = PROGRESS.length * Float64Array.BYTES_PER_ELEMENT;
    const { bytes } = mapShared(SHARED, slots * size);
    this.progress = new Float64Array(bytes.buffer, bytes.byteOffset + slot * size, PROGRESS.length);
  }

  /** Reads once, which waits where there is nothing. @returns the lines that are complete now */
  hear(): string[] {
    let count: number;
    do count = read(LINK, memory, 0, memory.length);
    while (count === -EINTR);
    if (count === 0 || count === -ECONNRESET) process.exit(1); // it is gone, and may have left something unread
    check(count, 'read');
    return this.#lines.take(memory.bytes.toString('latin1', 0, count));
  }

  orders(): Order[] {
    return this.hear().map((line) => JSON.parse(line) as Order);
  }

  say(news: News): void {
    const bytes = Buffer.from(line(news), 'latin1');
    for (let at = 0; at < bytes.length; ) {
      const length = bytes.copy(memory.bytes, 0, at);
      const count = write(LINK, memory, 0, length);
      if (count === -EPIPE || count === -ECONNRESET) process.exit(1);
      if (count !== -EINTR) at += check(count, 'write');
    }
  }
}

endWithParent();
signal(SIGTERM, SIG_IGN); // timeout(1) sends it to the whole group, and what was measured until then is wanted
const parent = new Parent(Number(process.argv[2]), Number(process.argv[3]));
try {
  const lines: string[] = [];
  while (lines.length === 0) lines.push(...parent.hear());
  new Engine(JSON.parse(lines[0]!) as Settings, parent).run();
} catch (error) {
  if (!(error instanceof SystemError || error instanceof RangeError)) throw error;
  parent.say({ failed: error.message });
}
