/** The request lines of the HTTP face: targets, methods and versions. */

import test from 'ava';
import { BAD, get, get10, HOST, PONG, say } from '../testing/http.ts';

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

test('an encoded slash separates no name from its argument, and the connection goes on', (t) => {
  for (const path of ['/echo%2fhello', '/echo%2Fhello', '/%65cho%2Fa/b', '/wait%2f5', '/ping%2f', '/%2fping']) {
    t.deepEqual(say(get(path) + get('/ping')), ['404 ERROR unknown command\n', PONG], path);
  }
  t.deepEqual(say(get('/echo/%2fhello') + get('/echo/a%2fb')), ['200 /hello\n', '200 a/b\n']);
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

test('a method that nobody knows is not implemented, and the connection ends', (t) => {
  const unknown = ['501 close ERROR unknown method\n', '⟨close⟩'];
  for (const method of ['BREW', 'get', 'Get', 'GETS', 'X', "!#$%&'*+-.^_`|~9"]) {
    t.deepEqual(say(get('/ping', [HOST], method) + get('/ping')), unknown, method);
    t.deepEqual(say(get('/ping', ['X'], method)), unknown, method); // its header is nobody's business
  }
  for (const method of ['G(T', 'G\xc9T', '"GET"', '\0GET', 'GET\r', 'GET:', '']) {
    t.deepEqual(say(get('/ping') + get('/ping', [HOST], method) + get('/ping')), [PONG, ...BAD], method);
  }
});

test('the preface of HTTP/2 is a version that is not spoken here', (t) => {
  t.deepEqual(say('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), [
    '505 close ERROR only HTTP/1.0 and HTTP/1.1 are spoken here\n',
    '⟨close⟩',
  ]);
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
