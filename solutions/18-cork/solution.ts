/** An HTTP answer in three pieces, of which the kernel makes one segment, or as few as it can. */

import { sendfile } from '../../lib/sys/file.ts';
import { write } from '../../lib/sys/io.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { IPPROTO_TCP, setsockopt } from '../../lib/sys/socket.ts';
import { TCP_CORK } from '../../lib/sys/tcp.ts';

/** What a request is answered with. */
export interface Answer {
  /** The status line, with its end. */
  readonly status: string;
  /** The fields, and the empty line behind them; then the body, unless it is a file's. */
  readonly fields: string;
  /** The part of a file that follows, if one does. */
  readonly file?: { readonly fd: number; readonly from: number; readonly length: number } | undefined;
}

/** Writes text. The socket blocks, so less is taken only when nobody will read it. @returns whether all was */
function put(client: number, text: string): boolean {
  const bytes = Buffer.from(text);
  const memory = Memory.allocate(bytes.length);
  memory.bytes.set(bytes);
  return write(client, memory, 0, bytes.length) === bytes.length;
}

/**
 * Sends an answer.
 *
 * @param client a connected socket, blocking, with TCP_NODELAY
 * @returns false when nobody will read it
 */
export function reply(client: number, answer: Answer): boolean {
  setsockopt(client, IPPROTO_TCP, TCP_CORK, 1);
  try {
    return pour(client, answer);
  } finally {
    setsockopt(client, IPPROTO_TCP, TCP_CORK, 0); // whichever way it was left: a cork that stays holds back the end
  }
}

/** Gives the kernel all pieces. */
function pour(client: number, { status, fields, file }: Answer): boolean {
  if (!put(client, status)) return false;
  if (!put(client, fields)) return false;
  if (file === undefined) return true;
  for (let sent = 0; sent < file.length; ) {
    const count = sendfile(client, file.fd, file.from + sent, file.length - sent);
    if (count <= 0) return false;
    sent += count;
  }
  return true;
}
