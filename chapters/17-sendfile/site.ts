/** What a request for a path is answered with: a file, a directory's page, or a refusal. */

import { constants } from 'node:fs';
import { type Head, PHRASE } from '../../lib/service/head.ts';
import * as e from '../../lib/sys/errors.ts';
import { AT_FDCWD, FileStatus, O_RDONLY, openat, statx } from '../../lib/sys/file.ts';
import { close, O_CLOEXEC } from '../../lib/sys/io.ts';
import { type Path, takeApart } from './beneath.ts';
import { listing } from './listing.ts';
import { type Part, partOf } from './part.ts';

const TYPES: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  css: 'text/css; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  gif: 'image/gif',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  md: 'text/markdown; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  ts: 'text/plain; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  webm: 'video/webm',
  webp: 'image/webp',
  woff2: 'font/woff2',
  xml: 'application/xml',
  zip: 'application/zip',
};

/** An answer: first its text, then perhaps a part of a file. */
export interface Answer {
  /** The head, and a body that is not a file's. */
  readonly text: string;
  /** To be sent behind it, and closed by whoever sends it. */
  readonly file?: { readonly fd: number; readonly from: number; readonly length: number };
}

/** Opens what is below a directory with O_PATH. @returns a descriptor or a negative errno */
export type Open = (root: number, names: readonly Buffer[]) => number;

const status = new FileStatus();

/** The files below a directory. */
export class Site {
  readonly #root: number;
  readonly #open: Open;

  /** @param root a directory's descriptor */
  constructor(root: number, open: Open) {
    this.#root = root;
    this.#open = open;
  }

  /** Answers a request for a file that cannot be sent, for want of a descriptor. */
  overcharged(head: Head): Answer {
    return refused(head, -e.EMFILE);
  }

  /** Answers a request whose head is complete. */
  answer(head: Head): Answer {
    if (head.status !== 200) return refusal(head, head.status, head.reason);
    const path = takeApart(head.target);
    if (path === undefined) return refusal(head, 404, 'no such file');
    const fd = this.#open(this.#root, path.names);
    if (fd < 0) return refused(head, fd);
    try {
      return look(head, path, fd);
    } finally {
      close(fd);
    }
  }
}

// #region look
/** Answers with what was found. @param found its descriptor, with O_PATH */
function look(head: Head, path: Path, found: number): Answer {
  const failed = statx(found, status);
  if (failed < 0) return refused(head, failed);
  const type = status.mode & constants.S_IFMT;
  // With O_PATH nobody was woken and nothing begun: to open a FIFO would wait for its writer, or mislead him.
  if (type === constants.S_IFDIR) return directory(head, path, `/proc/self/fd/${found}`);
  if (type !== constants.S_IFREG) return refusal(head, 403, 'neither a file nor a directory');
  if (path.slash) return refusal(head, 404, 'no such directory');
  const fd = openat(AT_FDCWD, Buffer.from(`/proc/self/fd/${found}`), O_RDONLY | O_CLOEXEC); // the same file, to be read
  return fd < 0 ? refused(head, fd) : file(head, path, fd);
}
// #endregion look

function file(head: Head, { names }: Path, fd: number): Answer {
  const { size, inode, changed } = status;
  const tag = `"${inode.toString(36)}-${size.toString(36)}-${changed.toString(36)}"`;
  // A file may say that it will be changed tomorrow; HTTP may not (RFC 9110 §8.8.2.1).
  const seconds = Math.min(Number(changed / 1_000_000_000n), Math.floor(Date.now() / 1000)) * 1000;
  const part = partOf(head, { size, tag, changed: seconds });
  const fields = [`ETag: ${tag}`, `Last-Modified: ${new Date(seconds).toUTCString()}`, 'Accept-Ranges: bytes'];
  const refuse = part.status === 412 || part.status === 416;
  if (refuse || part.status === 304 || head.headOnly || part.length === 0) close(fd);
  if (refuse) return refusal(head, part.status, REFUSED[part.status], rangeOf(part, size));
  if (part.status === 304) return { text: headOf(head, 304, fields) };
  const type = TYPES[extension(names.at(-1)!)] ?? 'application/octet-stream';
  fields.push(`Content-Type: ${type}`, 'X-Content-Type-Options: nosniff', `Content-Length: ${part.length}`);
  const text = headOf(head, part.status, [...fields, ...rangeOf(part, size)]);
  return head.headOnly || part.length === 0 ? { text } : { text, file: { fd, from: part.from, length: part.length } };
}

const REFUSED = { 412: 'it is another version', 416: 'the file is shorter' };

function rangeOf({ status, from, length }: Part, size: number): string[] {
  if (status === 206) return [`Content-Range: bytes ${from}-${from + length - 1}/${size}`];
  return status === 416 ? [`Content-Range: bytes */${size}`] : [];
}

function extension(name: Buffer): string {
  return /\.(\w+)$/.exec(name.toString('latin1'))?.[1]?.toLowerCase() ?? '';
}

/** Answers with a directory's page; or, without the slash, sends the client there, for the links in it are relative. */
function directory(head: Head, { names, slash }: Path, where: string): Answer {
  if (!slash && names.length > 0) {
    const location = `Location: ${head.target}/`;
    return refusal(head, 301, `it is a directory: ${head.target}/`, [location]);
  }
  try {
    return text(head, 200, listing(where, names), ['Content-Type: text/html; charset=utf-8']);
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    if (errno === undefined) throw error;
    return refused(head, errno);
  }
}

/** Answers for a call that failed. @param errno negative */
function refused(head: Head, errno: number): Answer {
  switch (-errno) {
    case e.EACCES:
    case e.EPERM:
      return refusal(head, 403, 'this server may not read it');
    case e.EAGAIN:
    case e.EMFILE:
    case e.ENFILE:
    case e.ENOMEM:
      return refusal(head, 503, 'too much is going on; come back later');
    case e.ELOOP:
    case e.ENAMETOOLONG:
    case e.ENOENT:
    case e.ENOTDIR:
    case e.EXDEV:
      return refusal(head, 404, 'no such file'); // or one that is elsewhere: nobody is told which
    default:
      return refusal(head, 500, 'it cannot be read'); // as from a broken disk; 404 would say that it is gone
  }
}

/** Answers with words of our own. */
function refusal(head: Head, status: number, reason: string, fields: string[] = []): Answer {
  if (status === 405) fields.push('Allow: GET, HEAD');
  return text(head, status, `${status} ${PHRASE[status]}: ${reason}\n`, ['Content-Type: text/plain', ...fields]);
}

function text(head: Head, status: number, body: string, fields: readonly string[]): Answer {
  const answer = headOf(head, status, [...fields, `Content-Length: ${Buffer.byteLength(body)}`]);
  return { text: head.headOnly ? answer : answer + body };
}

function headOf({ connection }: Head, status: number, fields: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status} ${PHRASE[status]}`, `Date: ${new Date().toUTCString()}`, ...fields];
  if (connection !== '') lines.push(`Connection: ${connection}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
