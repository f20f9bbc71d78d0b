/** What is asked, and what the answer must be to the last byte: from the command line's words to bytes. */

import { burn } from '../../lib/service/burn.ts';
import { MAX_LINE } from '../../lib/service/limits.ts';

/** Stands in a text for the time at which it is sent: microseconds since 1970, so many digits. */
export const STAMP = '{timestamp}';
export const STAMP_DIGITS = 16;

/** A request and its answer, as processes hand it on. Bytes are characters of latin1 here. */
export interface Request {
  /** As it was given: `BURN 300`. */
  readonly text: string;
  /** How often it is asked, beside the others. */
  readonly weight: number;
  readonly bytes: string;
  /** Where in the request timestamps begin. */
  readonly stamps: readonly number[];
  /** The answer is so many letters A … */
  readonly fill: number;
  /** … and then this. Of an HTTP answer it is the body. */
  readonly tail: string;
  /** Where in the tail the request's timestamps begin. */
  readonly echoes: readonly number[];
}

/** A command that the service does not have, or has not in this way. */
export class NoSuchCommand extends Error {}

const WORDS = /^(PING|ECHO|WAIT|BURN|STREAM)(?: (.*))?$/s;
const PART = /,\s*(?=\d+\s+(?:PING|ECHO|WAIT|BURN|STREAM)\b)/;
const LIMITS: Readonly<Record<string, number>> = { WAIT: 600_000, BURN: 1_000_000_000, STREAM: 1_000_000_000_000 };
/** So many may be told apart by weight. */
const MOST_WEIGHT = 10_000;

/**
 * Takes commands apart: one, `BURN 300`, or several with weights, `9 PING, 1 BURN 300`.
 *
 * @param host where the target is, for HTTP's Host; undefined for the line face
 * @throws NoSuchCommand
 */
export function parseRequests(text: string, host?: string): Request[] {
  const weighted = /^\s*\d+\s+[A-Z]/.test(text);
  const parts = weighted ? text.trim().split(PART) : [text];
  const requests = parts.map((part) => {
    const [, weight = '1', command = part] = (weighted && /^(\d+)\s+(.*)$/s.exec(part)) || [];
    return compileRequest(command, Number(weight), host);
  });
  const total = requests.reduce((sum, { weight }) => sum + weight, 0);
  if (requests.some(({ weight }) => weight === 0) || total > MOST_WEIGHT) {
    throw new NoSuchCommand(`weights are from 1 on, ${MOST_WEIGHT} together at most: ${text}`);
  }
  return requests;
}

/** Makes bytes of a command. @throws NoSuchCommand */
export function compileRequest(text: string, weight = 1, host?: string): Request {
  const [, word, rest] = WORDS.exec(text) ?? [];
  if (word === undefined || /[\r\n]/.test(text)) {
    throw new NoSuchCommand(`the commands are PING, ECHO text, WAIT ms, BURN rounds and STREAM bytes, not: ${text}`);
  }
  if (word === 'PING' ? rest !== undefined : rest === undefined) {
    throw new NoSuchCommand(`${word} takes ${word === 'PING' ? 'nothing after it' : 'something after it'}: ${text}`);
  }
  const limit = LIMITS[word];
  if (limit !== undefined && (!/^\d+$/.test(rest!) || Number(rest) > limit)) {
    throw new NoSuchCommand(`${word} takes a whole number up to ${limit}: ${text}`);
  }
  // UTF-8, a character for each byte of it
  const pieces = (rest ?? '').split(STAMP).map((piece) => Buffer.from(piece).toString('latin1'));
  const asked = host === undefined ? lineFace(word, rest, pieces) : httpFace(word, pieces, host);
  if (asked.bytes.split('\n')[0]!.length > MAX_LINE) {
    throw new NoSuchCommand(`a request has at most ${MAX_LINE} bytes: ${text.slice(0, 40)}…`);
  }
  return { text, weight, ...asked, ...answer(word, Number(rest), pieces) };
}

type Asked = Pick<Request, 'bytes' | 'stamps'>;

/** Puts texts together with room for timestamps between them. @returns the text, and where the timestamps begin */
function assemble(before: string, pieces: readonly string[], after: string): { text: string; at: number[] } {
  let text = before + pieces[0]!;
  const at: number[] = [];
  for (const piece of pieces.slice(1)) {
    at.push(text.length);
    text += '0'.repeat(STAMP_DIGITS) + piece;
  }
  return { text: text + after, at };
}

function lineFace(word: string, rest: string | undefined, pieces: readonly string[]): Asked {
  const { text, at } = assemble(rest === undefined ? word : `${word} `, pieces, '\n');
  return { bytes: text, stamps: at };
}

function httpFace(word: string, pieces: readonly string[], host: string): Asked {
  const path = word === 'PING' ? '/ping' : `/${word.toLowerCase()}/`;
  const encoded = pieces.map((piece) => encodeURIComponent(Buffer.from(piece, 'latin1').toString()));
  const { text, at } = assemble(`GET ${path}`, encoded, ` HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  return { bytes: text, stamps: at };
}

function answer(word: string, number: number, pieces: readonly string[]): Pick<Request, 'fill' | 'tail' | 'echoes'> {
  switch (word) {
    case 'ECHO': {
      const { text, at } = assemble('', pieces, '\n');
      return { fill: 0, tail: text, echoes: at };
    }
    case 'BURN':
      return { fill: 0, tail: `RESULT ${burn(number)}\n`, echoes: [] };
    case 'STREAM':
      return { fill: number, tail: 'DONE\n', echoes: [] };
    default:
      return { fill: 0, tail: word === 'PING' ? 'PONG\n' : 'DONE\n', echoes: [] };
  }
}
