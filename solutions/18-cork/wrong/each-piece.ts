/** Puts the cork in and pulls it for each piece: three segments, and six calls more. @diagnosis three-segments */

import { sendfile } from '../../../lib/sys/file.ts';
import { write } from '../../../lib/sys/io.ts';
import { Memory } from '../../../lib/sys/memory.ts';
import { IPPROTO_TCP, setsockopt } from '../../../lib/sys/socket.ts';
import { TCP_CORK } from '../../../lib/sys/tcp.ts';
import type { Answer } from '../solution.ts';

function put(client: number, text: string): boolean {
  const bytes = Buffer.from(text);
  const memory = Memory.allocate(bytes.length);
  memory.bytes.set(bytes);
  setsockopt(client, IPPROTO_TCP, TCP_CORK, 1);
  const count = write(client, memory, 0, bytes.length);
  setsockopt(client, IPPROTO_TCP, TCP_CORK, 0);
  return count === bytes.length;
}

export function reply(client: number, { status, fields, file }: Answer): boolean {
  if (!put(client, status)) return false;
  if (!put(client, fields)) return false;
  if (file === undefined) return true;
  setsockopt(client, IPPROTO_TCP, TCP_CORK, 1);
  for (let sent = 0; sent < file.length; ) {
    const count = sendfile(client, file.fd, file.from + sent, file.length - sent);
    if (count <= 0) return false;
    sent += count;
  }
  setsockopt(client, IPPROTO_TCP, TCP_CORK, 0);
  return true;
}
