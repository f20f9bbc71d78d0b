/** The HTTP face: where a request ends, what it asks for, and what stands before the body of an answer. */

import { Command, Kind, LINE, parseCommand, UNKNOWN } from './commands.ts';
import { Head, PHRASE, takeHead } from './head.ts';
import { MAX_LINE } from './limits.ts';
import type { Output } from './output.ts';

/** The longest path, decoded, in bytes: that of the longest line. */
const MAX_PATH = 1 + MAX_LINE;

/** What the answer to a request depends on. */
export class HttpRequest extends Head {
  /** The path without the query, percent-decoded. */
  path: Buffer = Buffer.alloc(0);

  /** Becomes what another was found to be. */
  repeat(other: HttpRequest): void {
    this.copy(other);
    this.path = other.path;
  }
}

const probe = new Command();

/**
 * Whether a connection's first line is an HTTP request line and not one of the five commands.
 *
 * @param bytes holds it from `start` to before `end`, without a line ending
 * @param complete false when the line goes on
 */
export function isHttp(bytes: Buffer, start: number, end: number, complete: boolean): boolean {
  parseCommand(bytes, start, end, LINE, probe);
  if (probe.kind !== Kind.Mistake || probe.reason !== UNKNOWN) return false;
  const line = bytes.toString('latin1', start, end);
  return complete ? / HTTP\/[\d.]+$/.test(line) : /^[A-Z]+ (\/|https?:)/.test(line);
}

// #region memo
/** The last request that was found good, and what it was found to be: clients say the same again and again. */
let goodHead: Buffer = Buffer.alloc(0);
const good = new HttpRequest();

/**
 * Takes a request, if its head is all there.
 *
 * @param bytes the bytes that have come and not been taken are `start` … `end`
 * @param request what the answer is written to
 * @returns where the head ends, or -1 when more must come
 */
export function takeRequest(bytes: Buffer, start: number, end: number, request: HttpRequest): number {
  const again = start + goodHead.length;
  if (goodHead.length > 0 && again <= end && goodHead.compare(bytes, start, again) === 0) {
    request.repeat(good);
    return again;
  }
  const headEnd = takeHead(bytes, start, end, request);
  if (headEnd < 0) return -1;
  if (request.status === 200) takePath(request);
  if (request.status === 200) {
    goodHead = Buffer.from(bytes.subarray(start, headEnd));
    good.repeat(request);
  }
  return headEnd;
}
// #endregion memo

/** Takes a command's path out of the target. */
function takePath(request: HttpRequest): void {
  const { target } = request;
  if (/^\/[^/]*%2f/i.test(target)) {
    request.fail(404, UNKNOWN, false); // an encoded slash is part of a name (RFC 3986 §2.2), and so of no command's
    return;
  }
  const decoded = target.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  request.path = Buffer.from(decoded, 'latin1');
  if (request.path.length > MAX_PATH) request.fail(414, 'path too long', false);
}

/** The head of the last answer, and what it was made of: most answers are like the one before. */
const made = { status: 0, connection: '', length: -1, head: Buffer.alloc(0) };

/**
 * Writes the status line and the header of an answer. There is no Date, against RFC 9110 §6.6.1: a session has no clock.
 *
 * @param length of the body, in bytes
 */
export function putHead(output: Output, request: HttpRequest, length: number): void {
  const { status, connection } = request;
  if (made.length !== length || made.status !== status || made.connection !== connection) {
    const allow = status === 405 ? 'Allow: GET, HEAD\r\n' : '';
    const stay = connection === '' ? '' : `Connection: ${connection}\r\n`;
    made.status = status;
    made.connection = connection;
    made.length = length;
    made.head = Buffer.from(
      `HTTP/1.1 ${status} ${PHRASE[status]}\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n${allow}${stay}\r\n`,
    );
  }
  output.put(made.head);
}
