/** Which part of a file a request is answered with: all of it, a range, or none; RFC 9110 §13 and §14. */

import type { Head } from '../../lib/service/head.ts';

/** What a file is for those who have it already, all of it or the beginning. */
export interface Version {
  /** In bytes. */
  readonly size: number;
  /** An entity tag: another text when the file is another. */
  readonly tag: string;
  /** When it was last changed, in milliseconds since 1970, rounded down to seconds: HTTP has no less. */
  readonly changed: number;
}

/** What is sent: bytes `from` … `from + length`. */
export interface Part {
  readonly status: 200 | 206 | 304 | 412 | 416;
  readonly from: number;
  readonly length: number;
}

const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;
const DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/** Whether a list of entity tags names a version; `*` names any. A weak tag counts only where `weak` is given. */
function names(list: string, { tag }: Version, weak: boolean): boolean {
  if (list.trim() === '*') return true;
  return (list.match(TAG) ?? []).some((one) => (weak ? one.replace(/^W\//, '') : one) === tag);
}

/** Whether a version is older than a date, or as old; undefined for what is no date. */
function notAfter(date: string | undefined, { changed }: Version): boolean | undefined {
  return date !== undefined && DATE.test(date) ? changed <= Date.parse(date) : undefined;
}

/** Whether the conditions of a request let it have the file at all, in the order of RFC 9110 §13.2.2. */
function precondition(head: Head, version: Version): 200 | 304 | 412 {
  const match = head.field('if-match');
  if (match !== undefined) {
    if (!names(match, version, false)) return 412;
  } else if (notAfter(head.field('if-unmodified-since'), version) === false) return 412;
  const noneMatch = head.field('if-none-match');
  if (noneMatch !== undefined) return names(noneMatch, version, true) ? 304 : 200;
  return notAfter(head.field('if-modified-since'), version) === true ? 304 : 200;
}

// #region part
/** What a GET or HEAD is answered with. A range that is none, and several ranges, are answered with the whole file. */
export function partOf(head: Head, version: Version): Part {
  const { size } = version;
  const status = precondition(head, version);
  const whole: Part = { status, from: 0, length: size };
  const [range, first, last] = RANGE.exec(head.field('range') ?? '') ?? [];
  if (status !== 200 || head.headOnly || range === undefined || size === 0) return whole;
  // Whoever has the beginning of another version must not be given the end of this one. A date is not enough to tell:
  // within a second a file can change twice.
  const condition = head.field('if-range');
  if (condition !== undefined && condition !== version.tag) return whole;

  let from = Number(first);
  let to = last === '' ? Number.POSITIVE_INFINITY : Number(last);
  if (first === '') {
    if (last === '') return whole;
    from = Math.max(0, size - to); // the last so many bytes
    to = Number.POSITIVE_INFINITY;
  }
  if (to < from) return whole;
  if (from >= size) return { status: 416, from: 0, length: 0 };
  return { status: 206, from, length: Math.min(to + 1, size) - from };
}
// #endregion part
