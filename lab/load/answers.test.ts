/** Answers are right to the byte, in whatever pieces they come; a wrong byte is found and shown. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { always } from '../../lib/testing/property.ts';
import { Answers } from './answers.ts';
import { Clock } from './clock.ts';
import { Flight } from './flight.ts';
import { parseRequests, type Request } from './requests.ts';

const MIX = '1 PING, 1 BURN 7, 1 STREAM 70000, 1 ECHO at {timestamp}!, 1 ECHO x';

/** A connection that has asked for each kind of request once, in the order given. */
function asked(kinds: readonly number[], http: boolean): { answers: Answers; bytes: string[]; requests: Request[] } {
  const requests = parseRequests(MIX, http ? 'h' : undefined);
  const clock = new Clock();
  const flight = new Flight(1, kinds.length, true, clock);
  const bytes = kinds.map((kind) => {
    const place = flight.push(0, kind);
    flight.stamp(place);
    const { fill, tail, echoes } = requests[kind]!;
    const stamp = Array.from({ length: 16 }, (_, i) => String.fromCharCode(flight.digit(place, i))).join('');
    const body = 'A'.repeat(fill) + echoes.reduce((text, at) => text.slice(0, at) + stamp + text.slice(at + 16), tail);
    return http ? `HTTP/1.1 200 OK\r\nDate: ${kind}\r\nContent-Length: ${body.length}\r\n\r\n${body}` : body;
  });
  const answers = new Answers(requests, 1, flight, http);
  return { answers: Object.assign(answers, { flight }), bytes, requests };
}

/** Takes bytes in pieces, as read(2) would give them. @returns how many answers were complete; -1 after a wrong byte */
function take(answers: Answers, text: string, cuts: readonly number[]): number {
  const { flight } = answers as unknown as { flight: Flight };
  const ends = [...new Set(cuts.map((cut) => cut % text.length)), text.length].sort((a, b) => a - b);
  let [start, complete] = [0, 0];
  for (const end of ends) {
    const piece = Buffer.from(text.slice(start, end), 'latin1');
    for (let at = 0; at < piece.length; ) {
      if (flight.counts[0] === 0) return -1;
      at = answers.take(0, piece, at, piece.length);
      if (at < 0) return -1;
      if (!answers.complete) break;
      flight.pop(0);
      complete++;
    }
    start = end;
  }
  return complete;
}

const kinds = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 });
const cuts = fc.array(fc.nat(), { maxLength: 8 });

for (const http of [false, true]) {
  const face = http ? 'HTTP' : 'lines';
  test(`${face}: right answers are right, wherever they are cut`, (t) => {
    always(
      t,
      200,
      fc.property(kinds, cuts, (list, where) => {
        const { answers, bytes } = asked(list, http);
        assert.equal(take(answers, bytes.join(''), where), list.length);
      }),
    );
  });

  test(`${face}: one byte that is another is found, wherever it is`, (t) => {
    always(
      t,
      200,
      fc.property(kinds, cuts, fc.nat(), fc.integer({ min: 1, max: 255 }), (list, where, position, change) => {
        const { answers, bytes } = asked(list, http);
        // In a head it may be another field, which is no fault; so it is the last body's bytes that are changed.
        const last = bytes.at(-1)!;
        const head = http ? last.indexOf('\r\n\r\n') + 4 : 0;
        const at = head + (position % (last.length - head));
        const other = last.slice(0, at) + String.fromCharCode(last.charCodeAt(at) ^ change) + last.slice(at + 1);
        assert.equal(take(answers, bytes.slice(0, -1).join('') + other, where), -1);
        assert.match(answers.difference, /^to ".*" byte \d+ of the answer is ".*", not ".*": .+ came, and not .+$/s);
      }),
    );
  });
}

test('what is wrong is shown, with the request and what stands around it', (t) => {
  const { answers } = asked([0], false);
  t.is(take(answers, 'PANG\n', []), -1);
  t.is(answers.difference, 'to "PING\\n" byte 2 of the answer is "A", not "O": "PANG\\n" came, and not "PONG\\n"');
});

const heads: Record<string, [string, RegExp]> = {
  'a status that is not 200': ['HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n', /came status 404$/],
  'another length': ['HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n', /came a body of "6" bytes, and not of 5$/],
  'no length': ['HTTP/1.1 200 OK\r\n\r\n', /without Content-Length/],
  'no HTTP': ['', /what is no HTTP: "PONG\\n"$/],
};
for (const [what, [head, message]] of Object.entries(heads)) {
  test(`HTTP: ${what} is wrong`, (t) => {
    const { answers } = asked([0], true);
    t.is(take(answers, `${head}PONG\n`, []), -1);
    t.regex(answers.difference, message);
  });
}
