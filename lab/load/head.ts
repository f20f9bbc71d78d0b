/** The head of an HTTP answer, as http-parser-js reads it. */

import { HTTPParser } from 'http-parser-js';
import { show } from './show.ts';
import { count } from './units.ts';

/** A head that is longer than this is none. */
const LONGEST = 16_384;

/**
 * Looks for a head at the beginning of some bytes, and whether it announces the body that is expected.
 *
 * @param length how many bytes the body must have
 * @returns the head's own bytes; undefined where its end has not come; or what is wrong with it
 */
export function learnHead(bytes: Buffer, length: number): Buffer | string | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) {
    if (!'HTTP/'.startsWith(bytes.toString('latin1', 0, 5))) return junk(bytes);
    return bytes.length > LONGEST ? `a head of more than ${count(LONGEST)} bytes` : undefined;
  }
  const head = Buffer.from(bytes.subarray(0, end + 4));
  let status = 0;
  let fields: string[] = [];
  const parser = new HTTPParser(HTTPParser.RESPONSE);
  parser[HTTPParser.kOnHeadersComplete] = (info) => {
    status = info.statusCode ?? 0;
    fields = info.headers;
  };
  if (parser.execute(head) instanceof Error || status === 0) return junk(head);
  const field = (name: string): string | undefined => {
    const at = fields.findIndex((word, i) => i % 2 === 0 && word.toLowerCase() === name);
    return at < 0 ? undefined : fields[at + 1];
  };
  if (status !== 200) return `status ${status}`;
  const announced = field('content-length');
  if (announced === undefined) return 'an answer without Content-Length, which cannot be checked here';
  if (announced !== `${length}`) return `a body of ${show(announced)} bytes, and not of ${length}`;
  return head;
}

function junk(bytes: Buffer): string {
  return `what is no HTTP: ${show(bytes.toString('latin1', 0, 100))}`;
}
