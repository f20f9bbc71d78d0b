/** The HTTP face: the five commands over HTTP, and what tells that a client speaks it. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { bytesOf, converse, cut } from '../testing/drive.ts';
import { answers, BAD, get, HOST, PONG, say } from '../testing/http.ts';
import { always } from '../testing/property.ts';
import { Face } from './session.ts';

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
    [get('/ping', [HOST], 'BREW'), '501 Not Implemented'],
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
    ['1.1', [HOST, 'X: a\rb'], '400 close '],
    ['1.1', [HOST, 'X: a\r\n b'], '400 close '],
    ['2.0', [HOST, 'X: a\rb'], '505 close '],
    ['1.1', [HOST, `X: ${'x'.repeat(9000)}`], '431 close '],
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
  t.is(converse(['\r\n']).transcript, mistake); // whoever sent it waits for an answer …
  t.is(converse([`\r\n${http}`]).transcript, mistake.repeat(4)); // … which HTTP does not have
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
  for (const line of ['hello HTTP/1.1', ' HTTP/1.1', 'GET  HTTP/1.1', 'echo /x HTTP/9.99']) {
    t.deepEqual(say(`${line}\r\n\r\n`), BAD, line);
  }
  t.deepEqual(say('get /ping HTTP/1.1\r\n\r\n'), ['501 close ERROR unknown method\n', '⟨close⟩']);
});

test('a first line longer than a line may be is told by how it begins', (t) => {
  const long = `/echo/${'x'.repeat(1019)}?${'q'.repeat(1000)}`;
  t.deepEqual(say(get(long)), [`200 ${'x'.repeat(1019)}\n`]);
  t.deepEqual(say(get(`http://localhost${long}`)), [`200 ${'x'.repeat(1019)}\n`]);
  t.is(converse([`ECHO ${'/'.repeat(1019)}/ HTTP/1.1\r\n\r\n`]).transcript, 'ERROR line too long\n⟨close⟩');
  t.is(converse([`get ${long} HTTP/1.1\r\n\r\n`]).transcript, 'ERROR line too long\n⟨close⟩');
});

// Against the protocol written down a second time.

/** A path, and what is answered: the step that it takes, the status, and the body. */
type Model = readonly [path: string, step: string, status: number, body: string];

const escaped = fc.uint8Array({ maxLength: 40, size: 'max' }).map((bytes) => {
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
