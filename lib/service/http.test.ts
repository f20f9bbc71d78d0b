/** That the HTTP face takes what clients send, refuses what could mislead anybody, and forgets nothing but the time. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { bytesOf, converse, cut, type Driving } from './drive.ts';
import { always } from './property.ts';
import { Face } from './session.ts';

const HOST = 'Host: localhost:8090';
/** The longest head, in bytes. */
const LONGEST = 8192;

/** A request of HTTP/1.1, with Host unless headers are given. */
function get(target: string, headers: readonly string[] = [HOST], method = 'GET', version = '1.1'): string {
  return `${method} ${target} HTTP/${version}\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
}

/** A request of HTTP/1.0. */
function get10(target: string, ...headers: string[]): string {
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
function answers(transcript: string, bodies = true): string[] {
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
function say(...chunks: (string | Buffer)[]): string[] {
  return answers(converse(chunks).transcript);
}

const BAD = ['400 close ERROR bad request\n', '⟨close⟩'];
const PONG = '200 PONG\n';

// The commands.

test('GET asks for the five commands', (t) => {
  t.deepEqual(say(get('/ping')), ['200 PONG\n']);
  t.deepEqual(say(get('/echo/hello')), ['200 hello\n']);
  t.deepEqual(say(get('/echo/')), ['200 \n']);
  t.deepEqual(say(get('/wait/250')), ['⟨wait 250⟩', '200 DONE\n']);
  t.deepEqual(say(get('/burn/300')), ['⟨burn 300⟩', '200 RESULT 300\n']);
  t.deepEqual(say(get('/stream/100000')), [`200 ${'A'.repeat(100_000)}DONE\n`]);
});

test('an answer is these bytes', (t) => {
  t.is(
    converse([get('/ping')]).transcript,
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nPONG\n',
  );
});

test('every status has its phrase', (t) => {
  for (const [request, line] of [
    [get('/ping'), '200 OK'],
    [get('/ping/1'), '400 Bad Request'],
    [get('/nope'), '404 Not Found'],
    [get('/ping', [HOST], 'PUT'), '405 Method Not Allowed'],
    [get(`/echo/${'x'.repeat(1020)}`), '414 URI Too Long'],
    [`GET /ping HTTP/1.1\r\n${'X: y\r\n'.repeat(2000)}`, '431 Request Header Fields Too Large'],
    [get('/ping', [HOST], 'GET', '2.0'), '505 HTTP Version Not Supported'],
  ] as const) {
    t.is(converse([request]).transcript.split('\r\n')[0], `HTTP/1.1 ${line}`);
  }
});

test('HEAD is answered with what stands before the body of GET, and does the same work', (t) => {
  for (const target of [
    '/ping',
    '/echo/hi',
    '/wait/5',
    '/burn/6',
    '/stream/9999',
    '/nope',
    '/wait/x',
    '/echo/%',
    '/e#',
  ]) {
    const whole = converse([get(target)]).transcript;
    const head = converse([get(target, [HOST], 'HEAD')]).transcript;
    t.is(head, whole.slice(0, whole.indexOf('\r\n\r\n') + 4), target);
  }
});

test('HEAD has no body either where the request is refused', (t) => {
  for (const [version, headers, status] of [
    ['1.1', [], '400 close '],
    ['2.0', [HOST], '505 close '],
    ['1.1', [HOST, 'Content-Length: 1'], '400 close '],
    ['1.1', [HOST, 'Content-Length: x'], '400 close '],
  ] as const) {
    t.deepEqual(answers(converse([get('/ping', headers, 'HEAD', version)]).transcript, false), [status, '⟨close⟩']);
  }
});

test('the length of the longest STREAM is written out', (t) => {
  const begun = converse([get('/stream/1000000000000')], { limit: 200 }).transcript;
  t.regex(begun, /\r\nContent-Length: 1000000000005\r\n\r\nA+$/);
  const head = converse([get('/stream/1000000000000', [HOST], 'HEAD') + get('/ping', [HOST], 'HEAD')]).transcript;
  t.deepEqual(answers(head, false), ['200 ', '200 ']);
});

test('a path that names no command is not found, and the connection goes on', (t) => {
  for (const target of [
    '/',
    '//ping',
    '/PING',
    '/pong',
    '/pin',
    '/pings',
    '/echo2/x',
    '/favicon.ico',
    '/./ping',
    '/%20ping',
  ]) {
    t.deepEqual(say(get(target) + get('/ping')), ['404 ERROR unknown command\n', PONG], target);
  }
});

test('a command that is asked wrongly is a bad request, and the connection goes on', (t) => {
  for (const [target, reason] of [
    ['/ping/', 'PING takes no argument'],
    ['/ping/x', 'PING takes no argument'],
    ['/echo', 'ECHO takes a text'],
    ['/wait', 'WAIT takes 0 to 600000 milliseconds'],
    ['/wait/', 'WAIT takes 0 to 600000 milliseconds'],
    ['/wait/600001', 'WAIT takes 0 to 600000 milliseconds'],
    ['/wait/1/', 'WAIT takes 0 to 600000 milliseconds'],
    ['/burn/1000000001', 'BURN takes 0 to 1000000000 rounds'],
    ['/burn/-1', 'BURN takes 0 to 1000000000 rounds'],
    ['/stream/1000000000001', 'STREAM takes 0 to 1000000000000 bytes'],
    ['/stream/+1', 'STREAM takes 0 to 1000000000000 bytes'],
  ] as const) {
    t.deepEqual(say(get(target) + get('/ping')), [`400 ERROR ${reason}\n`, PONG], target);
  }
  t.deepEqual(say(get('/wait/600000')), ['⟨wait 600000⟩', '200 DONE\n']);
});

// Which face.

test('the first line alone tells the face', (t) => {
  const http = get('/ping');
  t.is(converse([http]).session.face, Face.Http);
  t.is(converse(['GET /ping HTTP/1.1\n']).session.face, Face.Http);
  t.is(converse(['GET /ping HTTP/1.1']).session.face, Face.Unknown);
  const mistake = 'ERROR unknown command\n';
  t.is(converse([`PING\n${http}`]).transcript, `PONG\n${mistake.repeat(3)}`);
  t.is(converse([`\r\n${http}`]).transcript, mistake.repeat(4));
  t.is(converse(['GET /ping\n']).transcript, mistake);
  t.deepEqual(say(`${http}PING\n\n`), [PONG, ...BAD]);
});

test('a line that begins with a command stays one, though it ends as a request of HTTP', (t) => {
  t.is(converse(['ECHO x HTTP/1.1\n']).transcript, 'x HTTP/1.1\n');
  t.is(converse(['ECHO / HTTP/1.1\n\n']).transcript, '/ HTTP/1.1\nERROR unknown command\n');
  t.is(converse(['PING HTTP/1.1\n']).transcript, 'ERROR PING takes no argument\n');
  t.is(converse(['WAIT / HTTP/1.1\n']).transcript, 'ERROR WAIT takes 0 to 600000 milliseconds\n');
});

test('a first line that ends as a request of HTTP is one, however bad', (t) => {
  for (const line of ['hello HTTP/1.1', 'get /ping HTTP/1.1', ' HTTP/1.1', 'GET  HTTP/1.1', 'echo /x HTTP/9.99']) {
    t.deepEqual(say(`${line}\r\n\r\n`), BAD, line);
  }
});

test('a first line longer than a line may be is told by how it begins', (t) => {
  const long = `/echo/${'x'.repeat(1019)}?${'q'.repeat(1000)}`;
  t.deepEqual(say(get(long)), [`200 ${'x'.repeat(1019)}\n`]);
  t.deepEqual(say(get(`http://localhost${long}`)), [`200 ${'x'.repeat(1019)}\n`]);
  t.is(converse([`ECHO ${'/'.repeat(1019)}/ HTTP/1.1\r\n\r\n`]).transcript, 'ERROR line too long\n⟨close⟩');
  t.is(converse([`get ${long} HTTP/1.1\r\n\r\n`]).transcript, 'ERROR line too long\n⟨close⟩');
});

// Where a request begins and ends.

test('a head may come in two pieces, wherever it is cut, and in as many as it has bytes', (t) => {
  const request = get('/echo/a%20b?c', ['Host: x', 'X-Y: z']) + get('/ping', ['Host: x', 'Connection: close']);
  const expected = ['200 a b\n', '200 close PONG\n', '⟨close⟩'];
  for (let at = 0; at <= request.length; at++) t.deepEqual(say(request.slice(0, at), request.slice(at)), expected);
  t.deepEqual(say(...request), expected);
});

test('an incomplete head is not answered', (t) => {
  const request = get('/ping');
  for (let at = 0; at < request.length; at++) {
    t.is(converse([request.slice(0, at)]).transcript, '');
    t.is(converse([request.slice(0, at)], { finish: true }).transcript, '⟨close⟩');
  }
});

test('a line may end with LF alone', (t) => {
  t.deepEqual(say('GET /ping HTTP/1.1\nHost: x\n\n'.repeat(2)), [PONG, PONG]);
  t.deepEqual(say('GET /ping HTTP/1.1\r\nHost: x\n\r\n'.repeat(2)), [PONG, PONG]);
  t.deepEqual(say('GET /ping HTTP/1.1\nHost: x\r\n\n'.repeat(2)), [PONG, PONG]);
});

test('empty lines between requests are passed over', (t) => {
  t.deepEqual(say(`${get('/ping')}\r\n\n\r\n${get('/ping')}\r\n`, `\r\n${get('/ping')}`), [PONG, PONG, PONG]);
  t.true(converse([`${get('/ping')}\r\n`]).session.idle);
});

test('pipelined requests are answered in their order', (t) => {
  t.deepEqual(
    say(['/ping', '/wait/10', '/echo/a', '/burn/7', '/stream/3', '/nope', '/ping'].map((path) => get(path)).join('')),
    [
      PONG,
      '⟨wait 10⟩',
      '200 DONE\n',
      '200 a\n',
      '⟨burn 7⟩',
      '200 RESULT 7\n',
      '200 AAADONE\n',
      '404 ERROR unknown command\n',
      PONG,
    ],
  );
});

test('after a half-close every request that was sent is answered', (t) => {
  const { transcript } = converse([get('/wait/1') + get('/stream/9999') + get('/ping')], { finish: true });
  t.deepEqual(answers(transcript), ['⟨wait 1⟩', '200 DONE\n', `200 ${'A'.repeat(9999)}DONE\n`, PONG, '⟨close⟩']);
});

test('a head of 8,192 bytes passes, and one byte more does not', (t) => {
  const padded = (length: number): string => {
    const bare = get('/ping', [HOST, 'X: ']);
    return get('/ping', [HOST, `X: ${'y'.repeat(length - bare.length)}`]);
  };
  t.deepEqual(say(padded(LONGEST) + get('/ping')), [PONG, PONG]);
  t.deepEqual(say(padded(LONGEST + 1) + get('/ping')), ['431 close ERROR header too long\n', '⟨close⟩']);
  t.deepEqual(say(padded(LONGEST).slice(0, -1)), []);
  for (const ending of ['\r\n', '\n']) {
    const endless = `GET /ping HTTP/1.1${ending}${`X: y${ending}`.repeat(2000)}`;
    t.deepEqual(say(endless), ['431 close ERROR header too long\n', '⟨close⟩']);
  }
});

test('a request line that fills the head is too long, and so is a path longer than a line', (t) => {
  const line = ['414 close ERROR request line too long\n', '⟨close⟩'];
  t.deepEqual(say(`GET /${'x'.repeat(LONGEST)}`), line);
  t.deepEqual(say(`GET /${'x'.repeat(LONGEST - 5)}`), []);
  t.deepEqual(say(`GET /${'x'.repeat(LONGEST - 5)}`, '\r\n'), line);
  t.deepEqual(say(`GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /${'\r'.repeat(LONGEST)}\n\n`), [
    '404 ERROR unknown command\n',
    ...line,
  ]);
  const path = '414 ERROR path too long\n';
  const text = 'x'.repeat(1019); // with "ECHO " the longest line
  t.deepEqual(say(get(`/echo/${text}`) + get(`/echo/${text}x`) + get('/ping')), [`200 ${text}\n`, path, PONG]);
  const encoded = '%41'.repeat(1019); // what counts is what it spells
  t.deepEqual(say(get(`/echo/${encoded}`) + get(`/echo/${encoded}x`)), [`200 ${'A'.repeat(1019)}\n`, path]);
});

// The request target.

test('the absolute form means the same as its path', (t) => {
  for (const target of [
    'http://localhost:8090/ping',
    'https://x/ping?y',
    'HTTP://[::1]:8090/ping',
    'http://u@x/ping',
  ]) {
    t.deepEqual(say(get(target)), [PONG], target);
  }
  t.deepEqual(say(get('http://x/echo/http://y/z')), ['200 http://y/z\n']);
  t.deepEqual(say(get('http://x') + get('http://x?/ping')), Array(2).fill('404 ERROR unknown command\n'));
});

test('any other form of target is bad, and the connection goes on', (t) => {
  for (const target of ['*', 'ping', 'ftp://x/ping', 'http:/ping', 'http:///ping', 'localhost:8090', '/ping#x', '?']) {
    t.deepEqual(say(get(target) + get('/ping')), ['400 ERROR bad path\n', PONG], target);
  }
});

test("a query is nobody's business", (t) => {
  for (const query of ['?', '?a=b&c=%20', '?/wait/5', '??', '?%', '?http://x/y']) {
    t.deepEqual(say(get(`/ping${query}`)), [PONG], query);
  }
  t.deepEqual(say(get('/echo/?x')), ['200 \n']);
  t.deepEqual(say(get('/echo/a%3Fb?c')), ['200 a?b\n']);
});

test('percent-encoding spells any byte', (t) => {
  const every = Array.from({ length: 256 }, (_, byte) => byte);
  const hex = every.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const text = `${String.fromCharCode(...every)}\n`;
  t.deepEqual(say(get(`/echo/${hex}`)), [`200 ${text}`]);
  t.deepEqual(say(get(`/echo/${hex.toUpperCase()}`)), [`200 ${text}`]);
  t.deepEqual(say(get('/echo/a%2Fb') + get('/%70%69ng') + get('/echo/%2541')), ['200 a/b\n', PONG, '200 %41\n']);
});

test('a bad escape is a bad path, and the connection goes on', (t) => {
  for (const bad of ['%', '%4', '%4g', '%g4', '%%41', '%u0041', '%-1', '%+1', '%0x', 'x%']) {
    t.deepEqual(say(get(`/echo/${bad}`) + get('/ping')), ['400 ERROR bad path\n', PONG], bad);
  }
});

test('a byte that no target may have ends the connection, even in the query', (t) => {
  for (const byte of ['\0', '\x01', '\t', '\v', '\f', '\r', '\x1b', '\x7f', '\x80', '\x85', '\xa0', '\xe9', '\xff']) {
    for (const target of [`/echo/${byte}`, `/ping?${byte}`, `/ping?${byte}x`, `${byte}/ping`, `http://x${byte}/ping`]) {
      t.deepEqual(say(get(target) + get('/ping')), BAD, JSON.stringify(target));
    }
  }
});

test('a request line has three parts, with one blank between', (t) => {
  for (const line of [
    'GET  /ping HTTP/1.1',
    'GET /ping  HTTP/1.1',
    'GET\t/ping HTTP/1.1',
    'GET /ping x HTTP/1.1',
    ' GET /ping HTTP/1.1',
    'GET HTTP/1.1',
    'GET /ping http/1.1',
    'GET /ping HTTP/1.1 ',
    'GET /ping HTTP/1',
    'GET /ping HTTP/1.11',
    'GET /ping HTTP/11.1',
    'GET /ping',
    'BREW /ping HTTP/1.1',
  ]) {
    t.deepEqual(say(`${get('/ping')}${line}\r\n${HOST}\r\n\r\n${get('/ping')}`), [PONG, ...BAD], line);
  }
});

// Methods and versions.

test('other methods are not allowed, and the connection goes on', (t) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'CONNECT', 'M-SEARCH']) {
    const refused = '405 GET, HEAD ERROR only GET and HEAD\n';
    t.deepEqual(say(get('/ping', [HOST], method) + get('/ping')), [refused, PONG], method);
    t.deepEqual(say(get('/ping', [HOST, 'Content-Length: 0'], method) + get('/ping')), [refused, PONG], method);
  }
  t.deepEqual(say(get('*', [HOST], 'OPTIONS')), ['405 GET, HEAD ERROR only GET and HEAD\n']);
});

test('a minor version that is not known is taken for HTTP/1.1, and a major version is refused', (t) => {
  t.deepEqual(say(get('/ping', [HOST], 'GET', '1.2') + get('/ping', [HOST], 'GET', '1.9')), [PONG, PONG]);
  for (const version of ['0.9', '2.0', '3.0']) {
    t.deepEqual(
      say(get('/ping', [HOST], 'GET', version) + get('/ping')),
      ['505 close ERROR only HTTP/1.0 and HTTP/1.1 are spoken here\n', '⟨close⟩'],
      version,
    );
  }
});

test('a request of HTTP/1.0 is the last, unless it asks for more', (t) => {
  t.deepEqual(say(get10('/ping') + get10('/ping')), ['200 close PONG\n', '⟨close⟩']);
  t.deepEqual(say(get10('/ping', 'Connection: Keep-Alive') + get10('/ping')), [
    '200 keep-alive PONG\n',
    '200 close PONG\n',
    '⟨close⟩',
  ]);
  t.deepEqual(say(get10('/nope', 'Connection: keep-alive') + get10('/echo/%', 'Connection: keep-alive')), [
    '404 keep-alive ERROR unknown command\n',
    '400 keep-alive ERROR bad path\n',
  ]);
  t.deepEqual(say(get10('/ping', 'Connection: upgrade')), ['200 close PONG\n', '⟨close⟩']);
});

test('a request of HTTP/1.1 is not the last, unless it says so', (t) => {
  for (const value of ['', 'keep-alive', 'Keep-Alive, TE', 'Upgrade, HTTP2-Settings', 'x']) {
    t.deepEqual(say(get('/ping', [HOST, `Connection: ${value}`]) + get('/ping')), [PONG, PONG], value);
  }
  for (const value of [
    'close',
    'Close',
    'CLOSE',
    ' close ',
    'keep-alive, close',
    'close,keep-alive',
    'x ,\tclose\t, y',
  ]) {
    const headers = [HOST, `Connection: ${value}`];
    t.deepEqual(say(get('/ping', headers) + get('/ping')), ['200 close PONG\n', '⟨close⟩'], value);
    t.deepEqual(say(get('/nope', headers) + get('/ping')), ['404 close ERROR unknown command\n', '⟨close⟩'], value);
    t.deepEqual(say(get10('/ping', `Connection: ${value}`) + get('/ping')), ['200 close PONG\n', '⟨close⟩'], value);
  }
  t.deepEqual(say(get('/ping', [HOST, 'Connection: x', 'Connection: close']) + get('/ping')), [
    '200 close PONG\n',
    '⟨close⟩',
  ]);
  t.deepEqual(say(get10('/ping', 'Connection: close', 'Connection: keep-alive')), ['200 close PONG\n', '⟨close⟩']);
});

test('the last answer is complete, however long it takes', (t) => {
  const last = [HOST, 'Connection: close'];
  t.deepEqual(say(get('/stream/99999', last) + get('/ping')), [`200 close ${'A'.repeat(99_999)}DONE\n`, '⟨close⟩']);
  t.deepEqual(say(get('/wait/5', last) + get('/ping')), ['⟨wait 5⟩', '200 close DONE\n', '⟨close⟩']);
  t.deepEqual(say(get('/burn/5', last), get('/ping')), ['⟨burn 5⟩', '200 close RESULT 5\n', '⟨close⟩']);
});

// Headers.

test('a request of HTTP/1.1 has one Host, and one of HTTP/1.0 not more', (t) => {
  t.deepEqual(say(get('/ping', []) + get('/ping')), BAD);
  t.deepEqual(say(get('/ping', ['Host: a', 'host: a'])), BAD);
  t.deepEqual(say(get('/ping', ['Host: a', 'X: y', 'HOST: b'])), BAD);
  t.deepEqual(say(get10('/ping', 'Host: a', 'Host: b')), BAD);
  t.deepEqual(say(get('/ping', ['Host:']) + get('/ping', ['hOST:a'])), [PONG, PONG]);
  t.deepEqual(say(get10('/ping', 'Host: a')), ['200 close PONG\n', '⟨close⟩']);
});

test('header fields that mean nothing here are passed over', (t) => {
  const headers = [
    HOST,
    'User-Agent: curl/8',
    'Accept: */*',
    'X:',
    'X:y',
    'X: \t a\tb \t ',
    'X: \x80\xff',
    "!#$%&'*+-.^_`|~9: ~",
  ];
  t.deepEqual(say(get('/ping', headers) + get('/ping')), [PONG, PONG]);
  t.deepEqual(say(get('/ping', [HOST, 'Expect: 100-continue', 'Upgrade: h2c', 'Connection: Upgrade'])), [PONG]);
});

test('a header line that is not a field ends the connection', (t) => {
  for (const line of [
    'X',
    'X y',
    ': y',
    ':',
    'X : y',
    'X\t: y',
    ' X: y',
    '\tX: y',
    'X y: z',
    'X: y\r\n z',
    'X: y\r\n\tz',
    'X:\r\n y',
    'X: y\r\n ',
    'X: y\r\n : z',
    'X\0: y',
    'X\x7f: y',
    'X\xe9: y',
    'X(: y',
    'X/: y',
    '"X": y',
    'X: y\0',
    'X: \x01y',
    'X: y\x7fz',
    'X: \x1b[2J',
    'X: \vy',
    'X: y\rZ: w',
    'X: y\r\rZ: w',
    'X\r: y',
    '\rX: y',
  ]) {
    t.deepEqual(say(get('/ping', [HOST, line]) + get('/ping')), BAD, JSON.stringify(line));
    t.deepEqual(say(get('/ping', [line, HOST]) + get('/ping')), BAD, JSON.stringify(line));
  }
});

// Bodies, and what could be taken for one.

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
    const body = ['400 close ERROR no command takes a body\n', '⟨close⟩'];
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

// What no client should be able to make us pay.

test('no head of this size takes much longer to refuse than any other', (t) => {
  const blanks = ' '.repeat(LONGEST - 100);
  const marks = '?'.repeat(LONGEST - 100);
  /** The best of several, to leave out what else the machine does. */
  const time = (request: string): number => {
    const times = Array.from({ length: 5 }, () => {
      const begin = performance.now();
      converse([request]);
      return performance.now() - begin;
    });
    return Math.min(...times);
  };
  const plain = time(get('/%', [HOST, `X: ${'x'.repeat(LONGEST - 100)}`])); // bad, so that it is not remembered
  // Of the expressions that take heads apart, some would look at every blank or mark for each of them: 100 times and more.
  for (const request of [
    get('/ping', [HOST, blanks]),
    get('/ping', [HOST, `X:${blanks}`]),
    get('/ping', [HOST, `X: y${blanks}z`]),
    get('/ping', [HOST, `Connection: ${blanks}x`]),
    get('/ping', [HOST, `Connection: ,${blanks},x`]),
    get('/ping', [HOST, `Connection:${',\t'.repeat(LONGEST / 2 - 100)}`]),
    get(`/${marks}\r`),
    get(`/${marks}`),
    get(`/echo/${'%41'.repeat(2600)}%`),
    get(`http:${'/'.repeat(LONGEST - 100)}`),
  ]) {
    t.true(time(request) < 40 * plain, JSON.stringify(request.slice(0, 60)));
  }
});

// Memory of the requests before: it may save time and must not be seen.

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
    '400 close ERROR no command takes a body\n',
    '⟨close⟩',
  ]);
});

// Against the protocol written down a second time.

/** A path, and what is answered: the step that it takes, the status, and the body. */
type Model = readonly [path: string, step: string, status: number, body: string];

const escaped = fc.uint8Array({ maxLength: 40 }).map((bytes) => {
  const path = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return ['/echo/', path, Buffer.from(bytes).toString('latin1')] as const;
});
const model: fc.Arbitrary<Model> = fc.oneof(
  fc.constant<Model>(['/ping', '', 200, 'PONG\n']),
  fc.stringMatching(/^[A-Za-z0-9/._~-]{0,40}$/).map((text): Model => [`/echo/${text}`, '', 200, `${text}\n`]),
  escaped.map(([command, path, text]): Model => [command + path, '', 200, `${text}\n`]),
  fc.nat(600_000).map((ms): Model => [`/wait/${ms}`, `⟨wait ${ms}⟩`, 200, 'DONE\n']),
  fc.nat(1_000_000_000).map((n): Model => [`/burn/${n}`, `⟨burn ${n}⟩`, 200, `RESULT ${n}\n`]),
  fc.nat(9999).map((n): Model => [`/stream/${n}?x=y`, '', 200, `${'A'.repeat(n)}DONE\n`]),
  fc.constant<Model>(['/nope', '', 404, 'ERROR unknown command\n']),
  fc.constant<Model>(['/wait/600001', '', 400, 'ERROR WAIT takes 0 to 600000 milliseconds\n']),
);
const CONNECTIONS = [
  ['1.1', [], ''],
  ['1.1', ['Connection: keep-alive'], ''],
  ['1.0', ['Connection: keep-alive'], 'keep-alive'],
  ['1.0', [], 'close'],
  ['1.1', ['Connection: close'], 'close'],
] as const;

test('a valid pipeline has the answers that the protocol gives it', (t) => {
  const kept = fc.constantFrom(...CONNECTIONS.slice(0, 3));
  const any = fc.constantFrom(...CONNECTIONS);
  const one = fc.tuple(model, fc.constantFrom('GET', 'HEAD'), fc.oneof({ weight: 9, arbitrary: kept }, any));
  const phrases = { 200: 'OK', 400: 'Bad Request', 404: 'Not Found' } as Record<number, string>;
  always(
    t,
    1000,
    fc.property(
      fc.array(one, { maxLength: 20, size: 'max' }),
      fc.array(fc.integer({ min: 1, max: 500 })),
      (all, sizes) => {
        let expected = '';
        let last = false;
        for (const [[, step, status, body], method, [, , connection]] of all) {
          expected += `${step}HTTP/1.1 ${status} ${phrases[status]}\r\nContent-Type: text/plain\r\n`;
          expected += `Content-Length: ${body.length}\r\n${connection && `Connection: ${connection}\r\n`}\r\n`;
          if (method === 'GET') expected += body;
          last = connection === 'close';
          if (last) break;
        }
        const requests = all.map(([[path], method, [version, headers]]) =>
          get(path, ['Host: x', ...headers], method, version),
        );
        const chunks = cut(bytesOf(requests.join('')), sizes);
        assert.equal(converse(chunks, { finish: !last }).transcript, `${expected}⟨close⟩`);
      },
    ),
  );
});
