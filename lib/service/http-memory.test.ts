/** That the HTTP face remembers the request before to save time, and that nobody sees it. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { bytesOf, converse, cut, type Driving } from '../testing/drive.ts';
import { get, get10, HOST, PONG, say } from '../testing/http.ts';
import { always } from '../testing/property.ts';
import { Face } from './session.ts';

/** Requests that are alike, good and bad. */
const request = fc
  .tuple(
    fc.constantFrom('GET', 'GET', 'HEAD', 'POST'),
    fc.constantFrom(
      '/ping',
      '/ping',
      '/ping?',
      '/echo/ping',
      '/echo/%',
      '/wait/5',
      '/wait/x',
      '/burn/6',
      '/stream/7',
      '/nope',
      '/\t',
    ),
    fc.constantFrom('1.1', '1.1', '1.0', '2.0'),
    fc.subarray([
      HOST,
      'Host: x',
      'Connection: close',
      'Connection: keep-alive',
      'Content-Length: 0',
      'Content-Length: 1',
      'X',
    ]),
    fc.constantFrom('\r\n', '\n'),
  )
  .map(([method, target, version, headers, ending]) =>
    [`${method} ${target} HTTP/${version}`, ...headers, '', ''].join(ending),
  );

/** A request that no other begins with and that begins no other, so that remembering it is as good as nothing. */
const NEUTRAL = get10('/echo/neutral');

/** What follows the neutral request on a connection of its own, or another. */
function after(before: string, chunks: readonly Buffer[], driving: Driving = {}): string {
  converse([before]);
  return converse(chunks, driving).transcript;
}

test('an answer that is as long as the one before has its own head', (t) => {
  const text = 'x'.repeat('ERROR unknown command'.length);
  t.deepEqual(say(get(`/echo/${text}`) + get('/nope') + get(`/echo/${text}`)), [
    `200 ${text}\n`,
    '404 ERROR unknown command\n',
    `200 ${text}\n`,
  ]);
});

test('the answer to a request does not depend on the request before', (t) => {
  always(
    t,
    1000,
    fc.property(request, request, fc.array(fc.integer({ min: 1, max: 80 })), (before, request, sizes) => {
      const chunks = cut(bytesOf(request), sizes);
      assert.equal(after(before, chunks), after(NEUTRAL, [bytesOf(request)]));
    }),
  );
});

test('a request that differs from the one before in any byte has its own answer', (t) => {
  const change = fc.record({
    at: fc.nat(200),
    take: fc.nat(3),
    put: fc.string({ maxLength: 3, unit: 'binary-ascii' }),
  });
  always(
    t,
    1000,
    fc.property(request, fc.array(change, { maxLength: 3 }), fc.string({ maxLength: 5 }), (before, changes, more) => {
      let changed = before;
      for (const { at, take, put } of changes) {
        const from = at % changed.length;
        changed = changed.slice(0, from) + put + changed.slice(from + take) || 'x';
      }
      const bytes = bytesOf(changed + more);
      const driving = { face: Face.Http, finish: true };
      assert.equal(after(before, [bytes], driving), after(NEUTRAL, [bytes], driving));
      assert.equal(after(before, cut(bytes, [1]), driving), after(NEUTRAL, [bytes], driving));
    }),
  );
});

test('a request that continues the one before is not taken for it', (t) => {
  // The first is a good request as it stands; the second begins with the same bytes but for the end.
  t.deepEqual(say(get('/ping') + get('/ping', [HOST, 'Connection: close'])), [PONG, '200 close PONG\n', '⟨close⟩']);
  t.deepEqual(say(get('/ping') + get('/ping', [HOST, 'Content-Length: 5'])), [
    PONG,
    '400 close ERROR a body is not taken here\n',
    '⟨close⟩',
  ]);
});
