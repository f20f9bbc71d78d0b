/** Copies all pieces into a buffer, and writes that: what has no room in it is not sent. @diagnosis not-whole */

import { pread } from '../../../lib/sys/file.ts';
import { write } from '../../../lib/sys/io.ts';
import { Memory } from '../../../lib/sys/memory.ts';
import type { Answer } from '../solution.ts';

const memory = Memory.allocate(65_536);

export function reply(client: number, { status, fields, file }: Answer): boolean {
  let length = memory.bytes.write(status + fields);
  if (file !== undefined) {
    const room = Math.min(file.length, memory.length - length);
    length += Math.max(0, pread(file.fd, memory, length, room, file.from));
  }
  return write(client, memory, 0, length) === length;
}
