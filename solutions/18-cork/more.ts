/** The same without an option of the socket: each piece says whether another follows it (MSG_MORE, send(2)). */

import { sendfile } from '../../lib/sys/file.ts';
import { Memory } from '../../lib/sys/memory.ts';
import { MSG_NOSIGNAL, send } from '../../lib/sys/socket.ts';

/** A cork for one call: what it gives is held back as long as it is no full segment, and until more comes. */
const MSG_MORE = 0x8000;

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
function put(client: number, text: string, more: boolean): boolean {
  const bytes = Buffer.from(text);
  const memory = Memory.allocate(bytes.length);
  memory.bytes.set(bytes);
  return send(client, memory, 0, bytes.length, MSG_NOSIGNAL | (more ? MSG_MORE : 0)) === bytes.length;
}

/**
 * Sends an answer.
 *
 * @param client a connected socket, blocking, with TCP_NODELAY
 * @returns false when nobody will read it
 */
export function reply(client: number, { status, fields, file }: Answer): boolean {
  const length = file?.length ?? 0;
  if (!put(client, status, true)) return false;
  if (!put(client, fields, length > 0)) return false; // a file of no bytes would pull nothing out
  for (let sent = 0; file !== undefined && sent < length; ) {
    const count = sendfile(client, file.fd, file.from + sent, length - sent);
    if (count <= 0) return false;
    sent += count;
  }
  return true;
}
