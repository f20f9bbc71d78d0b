/** Where a line ends, and how long it may be. */

import test from 'ava';
import { converse } from '../testing/drive.ts';

/** What comes out when the client sends these chunks and keeps its side open. */
function say(...chunks: (string | Buffer)[]): string {
  return converse(chunks).transcript;
}

test('one CR before the LF is dropped, and one only', (t) => {
  t.is(say('PING\r\n'), 'PONG\n');
  t.is(say('ECHO hi\r\n'), 'hi\n');
  t.is(say('ECHO hi\r\r\n'), 'hi\r\n');
  t.is(say('ECHO a\rb\n'), 'a\rb\n');
  t.is(say('\r\n'), 'ERROR unknown command\n');
  t.is(say('ECHO \r\n'), '\n');
});

test('a CR alone ends no line', (t) => {
  t.is(say('PING\rPING\r'), '');
  t.is(say('PING\rPING\r', '\n'), 'ERROR unknown command\n');
});

test('a line of 1,024 bytes passes, whatever ends it', (t) => {
  const text = 'x'.repeat(1019);
  t.is(say(`ECHO ${text}\nPING\n`), `${text}\nPONG\n`);
  t.is(say(`ECHO ${text}\r\nPING\n`), `${text}\nPONG\n`);
  t.is(say('PING\n', `ECHO ${text}\r`, '\nPING\n'), `PONG\n${text}\nPONG\n`);
});

test('a line of 1,025 bytes is too long, whatever ends it, and ends the conversation', (t) => {
  const line = `ECHO ${'x'.repeat(1020)}`;
  const answer = 'ERROR line too long\n⟨close⟩';
  t.is(say(`${line}\nPING\n`), answer);
  t.is(say(`${line}\r\nPING\n`), answer);
  t.is(say(`PING\nWAIT 5\n${line}\nPING\n`), `PONG\n⟨wait 5⟩DONE\n${answer}`);
  t.is(say(`${line.slice(0, -1)}\r\r\nPING\n`), answer);
});

test('a line is too long as soon as it is, before it ends', (t) => {
  t.is(say('x'.repeat(1024)), '');
  t.is(say(`${'x'.repeat(1024)}\r`), '');
  t.is(say('x'.repeat(1025)), 'ERROR line too long\n⟨close⟩');
  t.is(say(`${'x'.repeat(1024)}\r\r`), 'ERROR line too long\n⟨close⟩');
  t.is(say('x'.repeat(100_000)), 'ERROR line too long\n⟨close⟩');
});

test('of a line that is too long, so many bytes are judged as come in any case', (t) => {
  // One byte more, and the first line would begin as an HTTP request.
  const line = `${'A'.repeat(1024)} /`;
  t.is(say(line), 'ERROR line too long\n⟨close⟩');
  t.is(say(...line), 'ERROR line too long\n⟨close⟩');
});

test('the lengths of lines do not add up', (t) => {
  t.is(say('ECHO hello\n'.repeat(1000)), 'hello\n'.repeat(1000));
});
