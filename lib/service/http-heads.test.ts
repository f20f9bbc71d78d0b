/** Where a request of the HTTP face begins and ends, what its header may say, and what it may cost. */

import test from 'ava';
import { converse } from '../testing/drive.ts';
import { answers, BAD, get, get10, HOST, LONGEST, PONG, say } from '../testing/http.ts';

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

// Headers.

test('a request of HTTP/1.1 has one Host, and one of HTTP/1.0 not more', (t) => {
  t.deepEqual(say(get('/ping', []) + get('/ping')), BAD);
  t.deepEqual(say(get('/ping', ['Host: a', 'host: a'])), BAD);
  t.deepEqual(say(get('/ping', ['Host: a', 'X: y', 'HOST: b'])), BAD);
  t.deepEqual(say(get10('/ping', 'Host: a', 'Host: b')), BAD);
  t.deepEqual(say(get('/ping', ['Host:']) + get('/ping', ['hOST:a'])), [PONG, PONG]);
  t.deepEqual(say(get10('/ping', 'Host: a')), ['200 close PONG\n', '⟨close⟩']);
});

test('Host says a name or an address, perhaps with a port, or nothing', (t) => {
  for (const host of [
    ...['', ':', ':80', 'x', 'localhost:8090', 'a.b.', 'xn--bcher-kva.example', 'a_b', '%41', "!$&'()*+,;=-._~"],
    ...['127.0.0.1:80', '[::1]', '[::1]:8090', '[::]:', '[fe80::1]', '[::ffff:1.2.3.4]:1', 'x:99999999'],
  ]) {
    t.deepEqual(say(get('/ping', [`Host: ${host}`]) + get('/ping')), [PONG, PONG], host);
    t.deepEqual(say(get10('/ping', `Host: ${host}`)), ['200 close PONG\n', '⟨close⟩'], host);
  }
  for (const host of [
    ...[
      'a b',
      'a\tb',
      'a/b',
      'http://a',
      'u@a',
      'a?',
      'a#',
      'a:b',
      'a:80:80',
      '::1',
      'a\\b',
      '"a"',
      '<a>',
      'a%',
      'a%4',
    ],
    ...[
      '[',
      '[]',
      '[::1',
      '::1]',
      '[::1]x',
      '[a]',
      '[1.2.3.4]',
      '[fe80::1%lo]',
      '[[::1]]',
      'b\xfccher',
      '\x80',
      'a,b c',
    ],
  ]) {
    t.deepEqual(say(get('/ping', [`Host: ${host}`]) + get('/ping')), BAD, host);
    t.deepEqual(say(get10('/ping', `Host: ${host}`)), BAD, host);
  }
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
