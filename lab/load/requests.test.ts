/** Commands become bytes, of requests and of their answers; what the service does not have is refused. */

import test from 'ava';
import { burn } from '../../lib/service/burn.ts';
import { compileRequest, NoSuchCommand, parseRequests } from './requests.ts';

const answers: Record<string, string> = {
  PING: 'PONG\n',
  'ECHO hello': 'hello\n',
  'ECHO ': '\n',
  'WAIT 0': 'DONE\n',
  'BURN 300': `RESULT ${burn(300)}\n`,
};

for (const [text, tail] of Object.entries(answers)) {
  test(`${text} is asked as a line, and its answer is known`, (t) => {
    const request = compileRequest(text);
    t.is(request.bytes, `${text}\n`);
    t.is(request.tail, tail);
    t.is(request.fill, 0);
  });
}

test('STREAM is so many letters and a word, however many they are', (t) => {
  const { fill, tail } = compileRequest('STREAM 1000000000000');
  t.deepEqual({ fill, tail }, { fill: 1e12, tail: 'DONE\n' });
});

test('over HTTP the same is asked by its path, with what a path may not hold escaped', (t) => {
  const host = 'localhost:8090';
  t.is(compileRequest('PING', 1, host).bytes, `GET /ping HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const echo = compileRequest('ECHO a b/é?', 1, host);
  t.regex(echo.bytes, /^GET \/echo\/a%20b%2F%C3%A9%3F HTTP/);
  t.is(Buffer.from(echo.tail, 'latin1').toString(), 'a b/é?\n');
});

test('timestamps have room in the request and in the answer', (t) => {
  for (const host of [undefined, 'h']) {
    const { bytes, stamps, tail, echoes } = compileRequest('ECHO a {timestamp}b{timestamp}', 1, host);
    for (const at of stamps) t.is(bytes.slice(at, at + 16), '0'.repeat(16));
    t.deepEqual([stamps.length, echoes], [2, [2, 19]]);
    t.is(tail, `a ${'0'.repeat(16)}b${'0'.repeat(16)}\n`);
  }
});

test('several commands have weights, and a comma in a text is none', (t) => {
  const parts = (text: string): [string, number][] => parseRequests(text).map((one) => [one.text, one.weight]);
  t.deepEqual(parts('9 PING, 1 BURN 300'), [
    ['PING', 9],
    ['BURN 300', 1],
  ]);
  t.deepEqual(parts('1 ECHO a, b, 2 c,3 PING'), [
    ['ECHO a, b, 2 c', 1],
    ['PING', 3],
  ]);
  t.deepEqual(parts('ECHO 1, 2 PING'), [['ECHO 1, 2 PING', 1]]);
});

const wrong = [
  '',
  'PONG',
  'ping',
  'PING 1',
  'BURN',
  'BURN x',
  'BURN 1000000001',
  'WAIT 600001',
  'STREAM -1',
  'ECHO',
].concat(`ECHO ${'x'.repeat(1020)}`, 'ECHO a\nPING', '0 PING', '10001 PING', '1 PING, 2 NOPE', '1 NOPE');
for (const text of wrong) {
  test(`${JSON.stringify(text.slice(0, 30))} is refused`, (t) => {
    t.throws(() => parseRequests(text), { instanceOf: NoSuchCommand, message: /^.{10,200}$/s });
  });
}
