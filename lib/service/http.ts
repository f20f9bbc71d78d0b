/** The HTTP face: where a request ends, what it asks for, and what stands before the body of an answer. */

import { isIPv6 } from 'node:net';
import { HTTPParser } from 'http-parser-js';
import { Command, Kind, LINE, parseCommand, UNKNOWN } from './commands.ts';
import { MAX_LINE } from './limits.ts';
import type { Output } from './output.ts';

/** The longest head of a request, from the request line to the empty line, in bytes. */
export const MAX_HEAD = 8192;
/** The longest path, decoded, in bytes: that of the longest line. */
const MAX_PATH = 1 + MAX_LINE;

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;

const PHRASE: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  414: 'URI Too Long',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  505: 'HTTP Version Not Supported',
};

const NO_SUCH_VERSION = 'only HTTP/1.0 and HTTP/1.1 are spoken here';

/** What the answer to a request depends on. */
export class HttpRequest {
  /** 200 until something is wrong. */
  status = 200;
  /** What is wrong, in words. */
  reason = '';
  /** The path without the query, percent-decoded. */
  path: Buffer = Buffer.alloc(0);
  /** HEAD: the answer has no body. */
  headOnly = false;
  /** The connection ends with this answer. */
  last = false;
  /** What the answer must say of that: an HTTP/1.0 client must be told that it goes on, an HTTP/1.1 client that it ends. */
  connection: '' | 'close' | 'keep-alive' = '';

  fail(status: number, reason: string, last: boolean): void {
    this.status = status;
    this.reason = reason;
    this.end(this.last || last);
  }

  end(last: boolean): void {
    this.last = last;
    if (last) this.connection = 'close';
  }

  copy(other: HttpRequest): void {
    this.status = other.status;
    this.reason = other.reason;
    this.path = other.path;
    this.headOnly = other.headOnly;
    this.last = other.last;
    this.connection = other.connection;
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
 * Takes the head of a request, if all of it is there.
 *
 * @param bytes the bytes that have come and not been taken are `start` … `end`
 * @param request what the answer is written to
 * @returns where the head ends, or -1 when more must come
 */
export function takeHead(bytes: Buffer, start: number, end: number, request: HttpRequest): number {
  const again = start + goodHead.length;
  if (goodHead.length > 0 && again <= end && goodHead.compare(bytes, start, again) === 0) {
    request.copy(good);
    return again;
  }
  const headEnd = findHead(bytes, start, end);
  if (headEnd < 0) {
    if (end - start <= MAX_HEAD) return -1;
    request.copy(refuseHead(bytes, start));
    return end;
  }
  request.copy(parseHead(bytes, start, headEnd));
  if (request.status === 200) {
    goodHead = Buffer.from(bytes.subarray(start, headEnd));
    good.copy(request);
  }
  return headEnd;
}
// #endregion memo

/** What is answered to a head that is too long. */
function refuseHead(bytes: Buffer, start: number): HttpRequest {
  const request = new HttpRequest();
  request.headOnly = bytes.toString('latin1', start, start + 5) === 'HEAD ';
  if (!bytes.subarray(start, start + MAX_HEAD).includes(LF)) request.fail(414, 'request line too long', true);
  else request.fail(431, 'header too long', true);
  return request;
}

/** Where the empty line ends that ends a head, or -1. A line may end with LF alone (RFC 9112 §2.2), as from nc. */
function findHead(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + MAX_HEAD);
  for (let i = start; i < limit; i++) {
    if (bytes[i] !== LF) continue;
    if (i + 1 < limit && bytes[i + 1] === LF) return i + 2;
    if (i + 2 < limit && bytes[i + 1] === CR && bytes[i + 2] === LF) return i + 3;
  }
  return -1;
}

// Its default, 'ascii', would drop the highest bit of a byte and so turn one character into another.
HTTPParser.encoding = 'latin1';
const parser = new HTTPParser(HTTPParser.REQUEST);
let parsed = new HttpRequest();
let lines = 0;
parser[HTTPParser.kOnHeadersComplete] = (info) => {
  parsed = judge(info, lines);
  return 2; // no body follows here; end this message and be ready for the next
};

/** Parses a head that is complete. */
function parseHead(bytes: Buffer, start: number, end: number): HttpRequest {
  parsed = new HttpRequest();
  parsed.fail(400, 'bad request', true);
  lines = 0;
  let folded = false;
  for (let i = start; i < end; i++) {
    if (bytes[i] !== LF) continue;
    lines++;
    folded ||= i + 1 < end && (bytes[i + 1] === SPACE || bytes[i + 1] === TAB);
  }
  // A folded line is refused (RFC 9112 §5.2), and not parsed: blanks alone cost the parser time by their number squared.
  // An error is returned, not thrown, and leaves the parser in the middle of a message.
  if (folded || typeof parser.execute(bytes, start, end - start) !== 'number') {
    parser.initialize(HTTPParser.REQUEST);
    explain(bytes.toString('latin1', start, bytes.indexOf(LF, start)), parsed);
  }
  return parsed;
}

/** A method, which is any token (RFC 9110 §9.1), a target, and a version. */
const REQUEST_LINE = /^([!#$%&'*+.^_`|~\w-]+) [^ ]+ HTTP\/(\d)\.\d\r?$/;

/** Says more of a request that is refused unparsed, where its first line tells more. It is the last all the same. */
function explain(line: string, request: HttpRequest): void {
  const [, method, major] = REQUEST_LINE.exec(line) ?? [];
  if (method === undefined) return;
  request.headOnly = method === 'HEAD';
  if (major !== '1') request.fail(505, NO_SUCH_VERSION, true);
  // 405 is for methods that HTTP knows and nothing here has, 501 for those that nobody knows (RFC 9110 §9.1).
  else if (!HTTPParser.methods.includes(method)) request.fail(501, 'unknown method', true);
}

/** The header fields of a request that matter here; http-parser-js gives names and values in turns. */
interface Info {
  readonly method: number;
  readonly url: string;
  readonly versionMajor: number;
  readonly versionMinor: number;
  readonly headers: readonly string[];
  readonly shouldKeepAlive: boolean;
}

const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const HOST = /^(?:\[([^\]%]*)\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*)(?::\d*)?$/i;

/** Whether Host may say this: a name, which may be empty, or an address, IPv6 in brackets; and perhaps a port. */
function isHost(value: string): boolean {
  const match = HOST.exec(value);
  return match !== null && (match[1] === undefined || isIPv6(match[1]));
}

/** What the answer to a parsed head depends on. @param lines how many lines the head has */
function judge(info: Info, lines: number): HttpRequest {
  const request = new HttpRequest();
  const method = HTTPParser.methods[info.method];
  request.headOnly = method === 'HEAD';
  if (info.versionMajor !== 1) {
    request.fail(505, NO_SUCH_VERSION, true);
    return request;
  }
  const { headers } = info;
  let hosts = 0;
  let body = false;
  let close = false;
  // The parser passes over lines that are no header fields: then there are fewer fields than lines.
  let good = headers.length / 2 === lines - 2;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    const value = headers[i + 1]!;
    good &&= NAME.test(name) && VALUE.test(value);
    switch (name.toLowerCase()) {
      case 'host':
        hosts++;
        good &&= isHost(value);
        break;
      case 'content-length':
        good &&= /^\d+$/.test(value);
        body ||= Number(value) !== 0;
        break;
      case 'transfer-encoding':
        body = true;
        break;
      case 'connection':
        close ||= /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(value);
        break;
    }
  }
  good &&= hosts === 1 || (hosts === 0 && info.versionMinor === 0);
  if (!good) {
    request.fail(400, 'bad request', true);
    return request;
  }
  // A body is never read: nothing after it on the connection could be told from it, so the connection ends.
  request.end(body || close || !info.shouldKeepAlive);
  if (!request.last && info.versionMinor === 0) request.connection = 'keep-alive';

  if (method !== 'GET' && method !== 'HEAD') request.fail(405, 'only GET and HEAD', false);
  else if (body) request.fail(400, 'no command takes a body', true);
  else takePath(info.url, request);
  return request;
}

/** Takes the path out of a request target, in origin form or absolute form (RFC 9112 §3.2). */
function takePath(target: string, request: HttpRequest): void {
  if (!/^[!-~]+$/.test(target)) {
    request.fail(400, 'bad request', true);
    return;
  }
  const path = target.replace(/^https?:\/\/[^/?]+\/?/i, '/').replace(/\?.*$/, '');
  if (!/^\/(?:[!"$&-~]|%[0-9a-f]{2})*$/i.test(path)) {
    request.fail(400, 'bad path', false);
    return;
  }
  if (/^\/[^/]*%2f/i.test(path)) {
    request.fail(404, UNKNOWN, false); // an encoded slash is part of a name (RFC 3986 §2.2), and so of no command's
    return;
  }
  const decoded = path.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
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
