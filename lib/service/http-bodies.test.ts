/** That a request with a body, or with what some would take for one, cannot smuggle another past the HTTP face. */

import test from 'ava';
import { BAD, get, get10, HOST, PONG, say } from '../testing/http.ts';

test('a request with a body is refused, and the connection ends before the body could be taken for a request', (t) => {
  for (const headers of [
    ['Content-Length: 5'],
    ['content-length:5'],
    ['CONTENT-LENGTH: 00005'],
    ['Content-Length: 5', 'Content-Length: 5'],
    ['Content-Length: 99999999999999999999999'],
    ['Transfer-Encoding: chunked'],
    ['transfer-encoding:chunked'],
    ['Transfer-Encoding: CHUNKED'],
    ['Transfer-Encoding: identity'],
    ['Transfer-Encoding: gzip, chunked'],
    ['Transfer-Encoding: xchunked'],
    ['Transfer-Encoding:\tchunked'],
    ['Transfer-Encoding: \x80chunked'],
    ['Transfer-Encoding:'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
    ['Transfer-Encoding: chunked', 'Content-Length: 5'],
    ['Content-Length: 0', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked', 'Content-Length: 0'],
    ['Expect: 100-continue', 'Content-Length: 5'],
    ['Connection: keep-alive', 'Content-Length: 5'],
  ]) {
    const smuggled = `0\r\n\r\n${get('/echo/smuggled')}`;
    const body = ['400 close ERROR a body is not taken here\n', '⟨close⟩'];
    const method = ['405 GET, HEAD close ERROR only GET and HEAD\n', '⟨close⟩'];
    t.deepEqual(say(get('/ping', [HOST, ...headers]) + smuggled), body, headers.join());
    t.deepEqual(say(get('/ping', [HOST, ...headers], 'POST'), smuggled), method, headers.join());
    t.deepEqual(say(get10('/ping', 'Connection: keep-alive', ...headers) + smuggled), body, headers.join());
  }
});

test('a length that is none, or that is hidden from some, ends the connection', (t) => {
  for (const headers of [
    ['Content-Length: 5', 'Content-Length: 6'],
    ['Content-Length: 0', 'Content-Length: 5'],
    ['Content-Length: 5, 5'],
    ['Content-Length: +5'],
    ['Content-Length: -5'],
    ['Content-Length: -0'],
    ['Content-Length: 0x5'],
    ['Content-Length: 5.0'],
    ['Content-Length: 5 5'],
    ['Content-Length: 1e1'],
    ['Content-Length: \xb2'],
    ['Content-Length: x'],
    ['Content-Length:'],
    ['Content-Length : 5'],
    ['Content-Length\0: 5'],
    [' Content-Length: 5'],
    ['X: y\r\n Content-Length: 5'],
    ['X: y\rContent-Length: 5'],
    ['Content-Length:\r\n 5'],
    ['Transfer-Encoding : chunked'],
    ['Transfer-Encoding\v: chunked'],
    ['Transfer-Encoding: \vchunked'],
    ['Transfer-Encoding:\r\n chunked'],
    ['X: y\rTransfer-Encoding: chunked'],
    ['\x00Transfer-Encoding: chunked'],
  ]) {
    for (const method of ['GET', 'POST']) {
      const request = get('/ping', [HOST, ...headers], method);
      t.deepEqual(say(`${request}0\r\n\r\n${get('/echo/smuggled')}`), BAD, headers.join());
    }
  }
});

test('an empty body is none', (t) => {
  t.deepEqual(say(get('/ping', [HOST, 'Content-Length: 0']) + get('/ping')), [PONG, PONG]);
  t.deepEqual(say(get('/ping', [HOST, 'Content-Length: 00', 'Content-Length: 0']) + get('/ping')), [PONG, PONG]);
});
