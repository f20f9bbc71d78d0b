/** The head of an HTTP request, whatever is served: where it ends, whether it is one, and what it says of the connection. */

import { isIPv6 } from 'node:net';
import { HTTPParser } from 'http-parser-js';

/** The longest head of a request, from the request line to the empty line, in bytes. */
export const MAX_HEAD = 8192;

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;

/** What is said beside a status (RFC 9110 §15). */
export const PHRASE: Readonly<Record<number, string>> = {
  200: 'OK',
  206: 'Partial Content',
  301: 'Moved Permanently',
  304: 'Not Modified',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  412: 'Precondition Failed',
  414: 'URI Too Long',
  416: 'Range Not Satisfiable',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
};

const NO_SUCH_VERSION = 'only HTTP/1.0 and HTTP/1.1 are spoken here';

/** What a request is, as far as its head tells. */
export class Head {
  /** 200 until something is wrong. */
  status = 200;
  /** What is wrong, in words. */
  reason = '';
  /** HEAD: the answer has no body. */
  headOnly = false;
  /** The connection ends with this answer. */
  last = false;
  /** What the answer must say of that: an HTTP/1.0 client must be told that it goes on, an HTTP/1.1 client that it ends. */
  connection: '' | 'close' | 'keep-alive' = '';
  /** The path without the query, percent-encoded as it came. */
  target = '';
  /** The header fields: names and values in turns. */
  fields: readonly string[] = [];

  fail(status: number, reason: string, last: boolean): void {
    this.status = status;
    this.reason = reason;
    this.end(this.last || last);
  }

  end(last: boolean): void {
    this.last = last;
    if (last) this.connection = 'close';
  }

  /** The value of a header field, or of several by that name, one after the other; undefined where there is none. */
  field(name: string): string | undefined {
    const values = this.fields.filter((_, i) => i % 2 === 1 && this.fields[i - 1]!.toLowerCase() === name);
    return values.length === 0 ? undefined : values.join(', ');
  }

  copy(other: Head): void {
    this.status = other.status;
    this.reason = other.reason;
    this.headOnly = other.headOnly;
    this.last = other.last;
    this.connection = other.connection;
    this.target = other.target;
    this.fields = other.fields;
  }
}

/**
 * Takes the head of a request, if all of it is there.
 *
 * @param bytes the bytes that have come and not been taken are `start` … `end`
 * @param head what it was found to be is written there
 * @returns where it ends, or -1 when more must come
 */
export function takeHead(bytes: Buffer, start: number, end: number, head: Head): number {
  const headEnd = findHead(bytes, start, end);
  if (headEnd >= 0) {
    head.copy(parseHead(bytes, start, headEnd));
    return headEnd;
  }
  if (end - start <= MAX_HEAD) return -1;
  head.copy(refuseHead(bytes, start));
  return end;
}

/** What is answered to a head that is too long. */
function refuseHead(bytes: Buffer, start: number): Head {
  const head = new Head();
  head.headOnly = bytes.toString('latin1', start, start + 5) === 'HEAD ';
  if (!bytes.subarray(start, start + MAX_HEAD).includes(LF)) head.fail(414, 'request line too long', true);
  else head.fail(431, 'header too long', true);
  return head;
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
let parsed = new Head();
let lines = 0;
parser[HTTPParser.kOnHeadersComplete] = (info) => {
  parsed = judge(info, lines);
  return 2; // no body follows here; end this message and be ready for the next
};

/** Parses a head that is complete. */
function parseHead(bytes: Buffer, start: number, end: number): Head {
  parsed = new Head();
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
function explain(line: string, head: Head): void {
  const [, method, major] = REQUEST_LINE.exec(line) ?? [];
  if (method === undefined) return;
  head.headOnly = method === 'HEAD';
  if (major !== '1') head.fail(505, NO_SUCH_VERSION, true);
  // 405 is for methods that HTTP knows and nothing here has, 501 for those that nobody knows (RFC 9110 §9.1).
  else if (!HTTPParser.methods.includes(method)) head.fail(501, 'unknown method', true);
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
function judge(info: Info, lines: number): Head {
  const head = new Head();
  const method = HTTPParser.methods[info.method];
  head.headOnly = method === 'HEAD';
  if (info.versionMajor !== 1) {
    head.fail(505, NO_SUCH_VERSION, true);
    return head;
  }
  const { headers } = info;
  head.fields = headers;
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
    head.fail(400, 'bad request', true);
    return head;
  }
  // A body is never read: nothing after it on the connection could be told from it, so the connection ends.
  head.end(body || close || !info.shouldKeepAlive);
  if (!head.last && info.versionMinor === 0) head.connection = 'keep-alive';

  if (method !== 'GET' && method !== 'HEAD') head.fail(405, 'only GET and HEAD', false);
  else if (body) head.fail(400, 'a body is not taken here', true);
  else takeTarget(info.url, head);
  return head;
}

/** Takes the path out of a request target, in origin form or absolute form (RFC 9112 §3.2). */
function takeTarget(target: string, head: Head): void {
  if (!/^[!-~]+$/.test(target)) {
    head.fail(400, 'bad request', true);
    return;
  }
  const path = target.replace(/^https?:\/\/[^/?]+\/?/i, '/').replace(/\?.*$/, '');
  if (/^\/(?:[!"$&-~]|%[0-9a-f]{2})*$/i.test(path)) head.target = path;
  else head.fail(400, 'bad path', false);
}
