/** Asks a session over HTTP, and takes its answers apart as a strict client would. */

import assert from 'node:assert/strict';
import { converse } from './drive.ts';

/** The header field that every request of HTTP/1.1 has. */
export const HOST = 'Host: localhost:8090';
/** The longest head, in bytes. */
export const LONGEST = 8192;

/** A request of HTTP/1.1, with Host unless headers are given. */
export function get(target: string, headers: readonly string[] = [HOST], method = 'GET', version = '1.1'): string {
  return `${method} ${target} HTTP/${version}\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
}

/** A request of HTTP/1.0. */
export function get10(target: string, ...headers: string[]): string {
  return get(target, headers, 'GET', '1.0');
}

const HEAD = /^HTTP\/1\.1 (\d\d\d) ([A-Z][A-Za-z ]+)\r\nContent-Type: text\/plain\r\nContent-Length: (\d+)\r\n/;
const REST = /^(?:Allow: ([A-Z, ]+)\r\n)?(?:Connection: ([a-z-]+)\r\n)?\r\n/;

/**
 * Takes a transcript apart as a strict client would: each answer becomes its status, what it says of the connection and
 * of the methods allowed, and its body; steps stay as they are.
 *
 * @param bodies false when all answers are to HEAD
 */
export function answers(transcript: string, bodies = true): string[] {
  const parts: string[] = [];
  for (let rest = transcript; rest !== ''; ) {
    const step = /^⟨.*?⟩/.exec(rest);
    if (step !== null) {
      parts.push(step[0]);
      rest = rest.slice(step[0].length);
      continue;
    }
    const first = HEAD.exec(rest);
    assert.ok(first, `no answer: ${JSON.stringify(rest.slice(0, 100))}`);
    rest = rest.slice(first[0].length);
    const second = REST.exec(rest);
    assert.ok(second, `no end of the header: ${JSON.stringify(rest.slice(0, 100))}`);
    rest = rest.slice(second[0].length);
    const length = bodies ? Number(first[3]) : 0;
    assert.ok(rest.length >= length, 'the body is shorter than was said');
    parts.push([first[1], second[1], second[2], rest.slice(0, length)].filter((part) => part !== undefined).join(' '));
    rest = rest.slice(length);
  }
  return parts;
}

/** The answers to these chunks, the client keeping its side open. */
export function say(...chunks: (string | Buffer)[]): string[] {
  return answers(converse(chunks).transcript);
}

/** The answer to what is no request, and the end. */
export const BAD = ['400 close ERROR bad request\n', '⟨close⟩'];
export const PONG = '200 PONG\n';
